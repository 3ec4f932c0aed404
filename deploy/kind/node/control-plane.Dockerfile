# All that kubeadm runs in containers, in one image with several names.
FROM xiaozhibo/node-debian
COPY . /usr/local/bin/
