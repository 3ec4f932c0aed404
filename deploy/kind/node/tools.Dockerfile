# The pause container, the pod network with its policies, and the volume provisioner.
FROM xiaozhibo/node-debian
COPY kubectl local-path-provisioner kube-router /usr/local/bin/
ENTRYPOINT ["sleep", "infinity"]
