print("all the same")
