#!/bin/sh
# Prints lines for .env: every foreign image of docker-compose.yml, with the digest that its registry has now.
# Use it so:
#   sh deploy/compose/pin.sh >> .env
# If the environment names another place for an image (POSTGRES_IMAGE=mirror.example.com/postgres:16.6), the script asks there.
set -eu
cd "$(dirname "$0")/../.."

sed -n 's/.*\${\([A-Z_]*_IMAGE\):-\([^}]*\)}.*/\1 \2/p' docker-compose.yml | sort -u | while read -r name default; do
  # docker compose builds this image here; no registry has it.
  [ "$name" = DROVER_IMAGE ] && continue
  eval "image=\${$name:-$default}"
  digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$image")
  echo "$name=${image%@*}@$digest"
done
