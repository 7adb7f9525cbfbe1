"""Each script makes one lecture slide: `spikingnn gallery lif --save lif.png`."""
