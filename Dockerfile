# syntax=docker/dockerfile:1
# One image for each service: podman build --build-arg SERVICE=gate --tag proofmark-gate .
# The same sources give the same files wherever and whenever they are built; `--timestamp 0` settles the rest.
# The base brings Python 3.11 or newer and its venv; it is an argument, so that an installation can bring its own.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV SOURCE_DATE_EPOCH=0 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=true PATH=/uv/bin:${PATH}
WORKDIR /source
COPY requirements.lock .
# pip only fetches uv, with the hash that the lock states; uv installs the rest.
RUN python3 -m venv /uv \
    && awk '/^uv==/ {found = 1} found {print; if (!/\\$/) exit}' requirements.lock > /uv/requirements.txt \
    && pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement /uv/requirements.txt
COPY . .
# members.txt ties each member to its wheel: an index may hold another project of the same name.
RUN uv build --all-packages --wheel --out-dir /wheels --quiet \
    && cd /wheels \
    && for wheel in *.whl; do echo "${wheel%%-*} @ file://$PWD/$wheel"; done > members.txt
ARG SERVICE
# Requirements of an image beside its service: `proofmark-simulator[fmi]`, say.
ARG EXTRAS=
RUN --mount=type=cache,target=/root/.cache/uv \
    uv venv --quiet --python python3 /opt/proofmark \
    && uv pip install --quiet --python /opt/proofmark/bin/python --compile-bytecode \
        --constraint requirements.lock --constraint /wheels/members.txt "proofmark-${SERVICE}" ${EXTRAS} \
    && ln -s "proofmark-${SERVICE}" /opt/proofmark/bin/service \
    # Nobody here runs the tests of dependencies, or compiles for other systems than this one and chips without any.
    && find /opt/proofmark/lib -type d \( -name tests -not -path '*/ziglang/*' -o -path '*/libc/mingw' \
        -o -path '*/libc/include/*bsd*' -o -path '*/libc/include/*windows*' \) -prune -exec rm -r {} + \
    # What uv notes for its next run says when this one was.
    && find /opt/proofmark -name uv_cache.json -delete \
    && find /opt/proofmark -name RECORD -exec sed -i '/uv_cache.json/d' {} + \
    && find /opt/proofmark -exec touch --no-dereference --date "@${SOURCE_DATE_EPOCH}" {} +

FROM ${BASE}
# No step here names the service: one that differs by an argument alone may come from another service's cache.
COPY --from=build /opt/proofmark /opt/proofmark
# The root may be read-only: what a service writes goes to /tmp.
ENV PATH=/opt/proofmark/bin:${PATH} HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PROOFMARK_HTTP_PORT=8080 PROOFMARK_HTTP_HOST=0.0.0.0
USER 65532:65532
WORKDIR /tmp
EXPOSE 8080
ENTRYPOINT ["/opt/proofmark/bin/service"]
