from engine.host.process import main

main()
