benchmark_info = {
    "lamp": {
        "half": [],
        "blinker": ["half"],
        "lost": [],
    },
}

system_info = {
    "blinker": ["blinker", "half"],
}
