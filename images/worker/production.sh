#!/bin/sh
# Installs into a folder the packages that the image ships, without those for development, and their bill of materials:
#   sh images/worker/production.sh FOLDER
set -eu
mkdir -p "$1"
cp package.json package-lock.json .npmrc "$1"
cd "$1"
npm ci --omit=dev --no-audit --no-fund
# `npm sbom --omit=dev` also leaves out shipped packages that development uses, too. So remove every trace of development.
npm pkg delete devDependencies overrides
npm sbom --sbom-format=cyclonedx >sbom.cdx.json
