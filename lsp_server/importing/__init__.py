"""`hearth import`: what another assistant's settings say, as settings of Hearth.

    sources (where the file lies, in which form)  ->  continue_settings or llama_vscode  ->  a Proposal

A reader proposes, and says what it leaves out and why. Nothing is written here, no key is taken over, and no
server on another machine is allowed: that stays the user's own decision.
"""
