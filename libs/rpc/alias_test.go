package rpc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"xiaozhibo.dev/libs/rpc"
	"xiaozhibo.dev/libs/rpc/rpctest"
)

// parcel has every kind of field that could share memory with the body it was
// decoded from.
type parcel struct {
	ID    string            `json:"id"`
	List  []string          `json:"list"`
	Map   map[string]string `json:"map"`
	Bytes []byte            `json:"bytes"`
	Raw   json.RawMessage   `json:"raw"`
	Any   any               `json:"any"`
}

func newParcel(caller, call int) parcel {
	id := strings.Repeat(fmt.Sprintf("%d/%d ", caller, call), 1+call%7) // of many lengths
	return parcel{
		ID: id, List: []string{id, "小直播"}, Map: map[string]string{id: id},
		Bytes: []byte(id), Raw: json.RawMessage(`"` + id + `"`), Any: id,
	}
}

// fiber uses its buffers again for the next call; what a method has kept must
// not change with them.
func TestWhatIsKeptOfACallIsNotChangedByLaterOnes(t *testing.T) {
	const callers, calls = 16, 64
	var mu sync.Mutex
	kept := map[[2]int]parcel{}
	type call struct {
		Number [2]int `json:"number"`
		Parcel parcel `json:"parcel"`
	}
	client := rpctest.Serve(t, rpc.Handle("parcels.Keep", func(_ context.Context, c call) (parcel, error) {
		mu.Lock()
		defer mu.Unlock()
		kept[c.Number] = c.Parcel
		return c.Parcel, nil
	}))

	returned := make([][]parcel, callers)
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for i := range calls {
				args := call{[2]int{caller, i}, newParcel(caller, i)}
				got, err := rpc.Call[parcel](t.Context(), client, "parcels.Keep", args)
				if err != nil {
					t.Errorf("call %v: %v", args.Number, err)
				}
				returned[caller] = append(returned[caller], got)
			}
		})
	}
	all.Wait()

	for caller := range callers {
		for i := range calls {
			want := newParcel(caller, i)
			if got := kept[[2]int{caller, i}]; !reflect.DeepEqual(got, want) {
				t.Fatalf("kept %+v, want %+v", got, want)
			}
			if got := returned[caller][i]; !reflect.DeepEqual(got, want) {
				t.Fatalf("returned %+v, want %+v", got, want)
			}
		}
	}
}
