"""Reading: what people say of specimens, signed, and the consensus made of it.

A *session* is one reader's series of specimens under one protocol. An *assignment* is one specimen in it; a *round*
gathers the assignments of one specimen and series, and is the row that is locked when anything of it is decided. A
signed *reading* never changes; an *amendment* stands beside it. When the last reading of a round is in, exactly one
*consensus* is made, or the round waits for an adjudicator.

This app never looks at algorithm runs (import contract); what readers are shown of them goes through ``agreement``.
"""
