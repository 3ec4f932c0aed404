package artifact

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const sums = "SHA256SUMS"

// namespace is what a signature is for, so that none made for another purpose passes.
const namespace = "xiaozhibo-release"

// sums writes the sums of all files, and signs them if a key is given.
func (r *Release) sums(ctx context.Context, folder string) error {
	files, err := os.ReadDir(folder) // in the order of their names
	if err != nil {
		return fmt.Errorf("sums: %w", err)
	}
	var lines strings.Builder
	for _, file := range files {
		sum, err := sumOf(filepath.Join(folder, file.Name()))
		if err != nil {
			return fmt.Errorf("sums: %w", err)
		}
		fmt.Fprintf(&lines, "%x  %s\n", sum, file.Name())
	}
	list := filepath.Join(folder, sums)
	err = create(list, func(to io.Writer) error {
		_, err := io.WriteString(to, lines.String())
		return err
	})
	if err != nil || r.Key == "" {
		return err
	}
	sign := exec.CommandContext(ctx, "ssh-keygen", "-Y", "sign", "-n", namespace, "-f", r.Key, list)
	sign.Stdin = os.Stdin // for a passphrase
	if out, err := sign.CombinedOutput(); err != nil {
		return fmt.Errorf("sign with %s: %w: %s", r.Key, err, strings.TrimSpace(string(out)))
	}
	return nil
}

func sumOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return sum.Sum(nil), err
}
