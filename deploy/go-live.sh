#!/bin/sh
# Goes live as a user on a server, with a test pattern, for some seconds: go-live.sh http://localhost:8080 tom 600
set -eu
url=$1 user=$2 seconds=$3
command -v ffmpeg >/dev/null || { echo "ffmpeg is needed, and is not on the PATH" >&2; exit 1; }
reply=$(curl -sS --max-time 20 "$url/interface.php" -d '{"Action":"RequestLVBAddr","userid":"'"$user"'","groupid":"'"$user"'","title":"A test pattern"}')
push=$(printf %s "$reply" | sed -n 's/.*"pushurl":"\([^"]*\)".*/\1/p')
[ -n "$push" ] || { echo "RequestLVBAddr is answered: $reply" >&2; exit 1; }
echo "$user is live for $seconds seconds: ${push%%\?*}"
exec ffmpeg -v error -re -f lavfi -i testsrc2=s=640x360:r=25 -f lavfi -i sine=r=44100 -t "$seconds" \
  -c:v libx264 -preset veryfast -pix_fmt yuv420p -g 50 -c:a aac -f flv "$push"
