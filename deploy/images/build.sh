#!/bin/sh
# Builds the image of every service with podman: deploy/images/build.sh [SERVICE...]
# Where no image can be pulled, the base is made by debootstrap; $BASE names another one.
set -eu
cd "$(dirname "$0")/../.."
engine="podman --runtime=${RUNTIME:-/usr/sbin/runc}"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' libs/contracts/pyproject.toml)
base=${BASE:-localhost/proofmark-base:bookworm}

if ! $engine image exists "$base"; then
  root=$(mktemp -d)
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$root/tree" > "$root/log" 2>&1
  # Whoever stands between this machine and the package index is trusted by the build as well.
  cp /etc/ssl/certs/ca-certificates.crt "$root/tree/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$root"/tree/var/cache/apt/archives/*.deb "$root"/tree/var/lib/apt/lists/*
  tar --directory "$root/tree" --create . | $engine import --quiet \
    --change 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' \
    --change 'ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt' - "$base" > /dev/null
  rm -rf "$root"
fi

services=${*:-$(ls -d services/*/ | xargs -n 1 basename)}
for service in $services; do
  $engine build --quiet --isolation=chroot --layers --timestamp 0 --build-arg "BASE=$base" --build-arg "SERVICE=$service" \
    --tag "proofmark-$service:$version" . > /dev/null
  $engine image inspect --format "proofmark-$service:$version {{.Size}}" "proofmark-$service:$version" |
    awk '{printf "%-32s %5.0f MB\n", $1, $2 / 1e6}'
done
