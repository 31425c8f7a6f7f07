# The API. Neo4j runs elsewhere: see docker-compose.neo4j.yml, profile api.
#
#   docker build -t identity-cdp .
#   docker run -e NEO4J_URI=bolt://HOST:7687 -e NEO4J_PASSWORD=... -v cdp-data:/data -p 127.0.0.1:8000:8000 identity-cdp
#
# Every package is of the version and the checksum in requirements-api.lock, which holds what the API needs of requirements.lock.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements-api.lock ./
RUN python -m venv /opt/cdp \
 && /opt/cdp/bin/pip install --require-hashes --only-binary :all: -r requirements-api.lock
COPY pyproject.toml README.md LICENSE ./
COPY cypher cypher
COPY graph graph
COPY loaders loaders
COPY resolution resolution
COPY api api
RUN /opt/cdp/bin/pip install --no-build-isolation --no-deps .

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
