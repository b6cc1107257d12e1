#!/bin/sh
# Installs what is shipped into a folder, without what only development needs, beside its bill of materials:
#   sh images/worker/production.sh FOLDER
set -eu
mkdir -p "$1"
cp package.json package-lock.json .npmrc "$1"
cd "$1"
npm ci --omit=dev --no-audit --no-fund
# `npm sbom --omit=dev` also leaves out what is shipped and used in development, so nothing of development may be known.
npm pkg delete devDependencies overrides
npm sbom --sbom-format=cyclonedx >sbom.cdx.json
