"""`hearth serve --http`: the engine for editors that speak HTTP to a model server instead of the LSP.

    connections  ->  guard  ->  routes  ->  openai_api, ollama_api, llama_api  ->  answering  ->  the engine

`connections` reads requests and writes answers, within bounds. `guard` decides who may ask. `routes` is the table
of what is answered. Each `..._api` module reads and writes the JSON of one API; they share `bodies` and `streams`.
`answering` asks the engine: `texts` finds the document that a request is about among those of earlier requests.
"""
