# The API. Neo4j runs elsewhere: see docker-compose.neo4j.yml, profile api.
#
#   docker build -t identity-cdp .
#   docker run -e NEO4J_URI=bolt://HOST:7687 -e NEO4J_PASSWORD=... -v cdp-data:/data -p 127.0.0.1:8000:8000 identity-cdp
#
# Every package is of the version and the checksum in requirements.lock.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/cdp
COPY requirements.lock ./
RUN /opt/cdp/bin/pip install --only-binary :all: -c requirements.lock hatchling
COPY pyproject.toml README.md LICENSE ./
COPY cypher cypher
COPY graph graph
COPY loaders loaders
COPY resolution resolution
COPY api api
# The lock, as constraints, pins what the project asks for, and pip compares the checksums in it.
RUN /opt/cdp/bin/pip wheel --no-build-isolation --no-deps --wheel-dir /wheels . \
 && /opt/cdp/bin/pip install -c requirements.lock "$(ls /wheels/*.whl)[otel]" \
 && /opt/cdp/bin/pip uninstall --yes hatchling

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --home-dir /data --no-create-home cdp && install -d -o cdp -g cdp -m 700 /data
COPY --from=build /opt/cdp /opt/cdp
ENV PATH=/opt/cdp/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    CDP_DATA_DIR=/data CDP_API_HOST=0.0.0.0 CDP_API_PORT=8000 CDP_DEVELOPMENT=false CDP_LOG_FORMAT=json
USER cdp
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
ENTRYPOINT ["cdp"]
CMD ["serve"]
