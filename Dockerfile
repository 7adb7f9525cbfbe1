# docker build -t spikingnn .
# docker run --rm spikingnn recall                                 the main job; any command of `spikingnn --help`
# docker run --rm -v "$PWD:/work" spikingnn recall --save /work/recall.png
# docker run --rm -it -p 8765:8765 spikingnn lab --host 0.0.0.0 --no-browser       the lab, at the address that it prints
FROM python:3.11-slim-bookworm AS build
COPY . /source
RUN python3 -m venv /opt/spikingnn && /opt/spikingnn/bin/pip install --no-cache-dir /source

FROM python:3.11-slim-bookworm
COPY --from=build /opt/spikingnn /opt/spikingnn
# Numba only uses a cache folder that it may write to, whoever the user of the container is.
ENV PATH=/opt/spikingnn/bin:$PATH NUMBA_CACHE_DIR=/var/cache/spikingnn MPLBACKEND=Agg MPLCONFIGDIR=/var/cache/spikingnn
RUN mkdir /var/cache/spikingnn && spikingnn warmup && spikingnn recall --save /tmp/warm.png && rm /tmp/warm.png \
    && chmod -R a+rwX /var/cache/spikingnn \
    && useradd --create-home spikingnn && install -d -o spikingnn -m 777 /work
USER spikingnn
WORKDIR /work
ENTRYPOINT ["spikingnn"]
CMD ["--help"]
