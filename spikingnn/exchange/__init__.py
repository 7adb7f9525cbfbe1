"""Networks, trained models and recordings in the formats of other programs.

`spikingnn.exchange.nest` builds networks in NEST, `spikingnn.exchange.folder` keeps them as readable folders,
`spikingnn.exchange.nir` takes trained models to and from NIR, `spikingnn.exchange.neo` recordings to and from
Neo, and `spikingnn.exchange.events` spikes to and from text, archives and event cameras. What a format needs
is imported when it is used.

Examples
--------
>>> from spikingnn.exchange import events
>>> events.Events(x=[0, 1], y=[0, 0], t=[0.0, 0.5], polarity=[True, False], shape=(1, 2)).count
2
"""

__all__: list[str] = []
