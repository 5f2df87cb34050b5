"""Start-up code, headers and HAL that every firmware is built with; all of it C."""
