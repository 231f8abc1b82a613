export HTTPS_PROXY=http://proxy.example:8080    # NO_PROXY names what goes past it
export SSL_CERT_FILE=corporate-roots.pem        # instead of the system's roots
dingtalk-extcontact check
