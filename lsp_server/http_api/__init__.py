"""`hearth serve --http`: the engine for editors that speak HTTP to a model server instead of the LSP.

    connection  ->  guard  ->  routes  ->  openai_api or ollama_api  ->  answering  ->  the engine

`connections` reads requests and writes answers, within bounds. `guard` decides who may ask. `routes` is the table
of what is answered. The two `..._api` modules read and write the JSON of one API each, and share `bodies`.
`answering` asks the engine: `texts` finds the document that a request is about among those of earlier requests.
"""
