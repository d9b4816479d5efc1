from tallyhub.site.cli import main

main()
