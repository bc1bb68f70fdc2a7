#!/bin/sh
# Makes the images that Dockerfile and docker-compose.dev.yml ask for where none can be pulled, under their names: the
# base of Debian packages, the bus of our lock's nats-server. Needs root, debootstrap, podman and `make setup`. What is
# there already stays.
set -eu
cd "$(dirname "$0")/../.."
base=$(sed -n 's/^ARG BASE=//p' Dockerfile)
nats=$(sed -n 's/^ *image: \(nats:.*\)$/\1/p' docker-compose.dev.yml)
scratch=$(mktemp -d /var/tmp/proofmark-images.XXXXXX)
trap 'rm -rf "$scratch"' EXIT

if ! podman image exists "$base"; then
    debootstrap --variant=minbase --include=busybox,ca-certificates,python3,python3-venv bookworm "$scratch/root" >&2
    for unused in var/cache/apt var/lib/apt/lists usr/share/doc usr/share/man; do
        rm -rf "$scratch/root/$unused"
    done
    tar -C "$scratch/root" -c . | podman import --change 'CMD ["python3"]' - "$base" >&2
fi
if ! podman image exists "$nats"; then
    mkdir "$scratch/nats"
    cp .venv/bin/nats-server "$scratch/nats/"
    printf 'FROM %s\nRUN ln -s busybox /bin/wget\nCOPY nats-server /usr/local/bin/\n' "$base" |
        podman build --isolation=chroot --quiet --tag "$nats" --file - "$scratch/nats" >&2
fi
podman image inspect --format '{{index .RepoTags 0}} {{.Size}}' "$base" "$nats"
