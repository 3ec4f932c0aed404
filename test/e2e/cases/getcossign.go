package cases

import (
	"testing"
	"time"

	"xiaozhibo.dev/test/e2e/client"
)

func GetCOSSign(t *testing.T, server client.Server) {
	if server.Setting("XZB_COS_SECRET_KEY") == "" {
		t.Skip("COS is not configured")
	}
	t.Run("the sign is a COS v4 signature for several uses", func(t *testing.T) {
		got := cosSign(t, server)
		if off := time.Since(got.Signed).Abs(); off > client.ClockSkew {
			t.Errorf("signed at %v, %v off", got.Signed, off)
		}
		if ttl := got.Expires.Sub(got.Signed); server.Setting("XZB_COS_TTL") == "" && ttl != 10*time.Minute {
			t.Errorf("good for %v, want ten minutes", ttl)
		}
	})
	t.Run("every sign has a random number of its own", func(t *testing.T) {
		seen := map[string]bool{}
		for range 5 {
			seen[cosSign(t, server).Random] = true
		}
		if len(seen) < 2 {
			t.Errorf("five signs have the random numbers %v", seen)
		}
	})
}

func cosSign(t *testing.T, server client.Server) client.CosSignature {
	t.Helper()
	r := client.New(t, server).Must("GetCOSSign", nil)
	if err := client.HasExactly(r.Data, "sign"); err != nil {
		t.Fatal(err)
	}
	var sign string
	if err := client.ReadString(r.Data, "sign", &sign); err != nil {
		t.Fatal(err)
	}
	got, err := client.ParseCOSSign(sign, server.Setting("XZB_COS_APPID"), server.Setting("XZB_COS_BUCKET"),
		server.Setting("XZB_COS_SECRET_ID"), server.Setting("XZB_COS_SECRET_KEY"))
	if err != nil {
		t.Fatal(err)
	}
	return got
}
