"""The bundled pictures and digits; `spikingnn.datasets` reads them, `LICENSES.md` says whose they are."""
