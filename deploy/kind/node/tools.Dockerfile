# The pause container, the pod network and the volume provisioner.
FROM xiaozhibo/node-debian
COPY kubectl local-path-provisioner /usr/local/bin/
ENTRYPOINT ["sleep", "infinity"]
