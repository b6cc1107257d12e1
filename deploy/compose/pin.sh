#!/bin/sh
# Prints, as lines for .env, every foreign image of docker-compose.yml with the digest that its registry has now:
#   sh deploy/compose/pin.sh >> .env
# An image that is named in the environment (POSTGRES_IMAGE=mirror.example.com/postgres:16.6) is asked for there.
set -eu
cd "$(dirname "$0")/../.."

sed -n 's/.*\${\([A-Z_]*_IMAGE\):-\([^}]*\)}.*/\1 \2/p' docker-compose.yml | sort -u | while read -r name default; do
  # Ours is built here, and has no registry.
  [ "$name" = DROVER_IMAGE ] && continue
  eval "image=\${$name:-$default}"
  digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$image")
  echo "$name=${image%@*}@$digest"
done
