# The page on a plain CPU: docker build -t tryon . && docker run --rm -p 7860:7860 tryon
FROM python:3.11-slim-bookworm

# What OpenCV and MediaPipe need; the list is that of the Spaces.
COPY packages.txt /tmp/packages.txt
RUN apt-get update \
    && xargs apt-get install --yes --no-install-recommends < /tmp/packages.txt \
    && rm -rf /var/lib/apt/lists/* /tmp/packages.txt

# PyTorch from its CPU index: the one from PyPI brings some gigabytes of CUDA along.
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
        $(grep -E '^torch(vision)?==' requirements.txt | sed 's/$/+cpu/') \
    && pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
        -r requirements.txt

COPY app.py LICENSE NOTICE ./
COPY tryon tryon
COPY weights weights
COPY assets assets

# Nobody in particular, who may write nothing but the folder of visitors' files.
RUN useradd --system --uid 10001 --no-create-home tryon \
    && mkdir /visits && chown tryon:tryon /visits
USER tryon
ENV HOME=/visits \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    GRADIO_TEMP_DIR=/visits
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "app.py"]
