from hearth.engine.host.process import main

main()
