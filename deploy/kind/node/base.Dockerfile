# A Debian that boots as a node of kind: kind's own files over systemd, containerd and the kubelet.
FROM xiaozhibo/node-debian
COPY files/ /
COPY kubelet kubeadm kubectl /usr/bin/
# kind looks for containerd in /usr/local/bin and for the plugins of the network in /opt/cni/bin.
RUN chmod 0755 /kind /kind/bin /kind/bin/* /usr/local/bin/* && \
    ln -sf /usr/bin/containerd /usr/bin/ctr /usr/bin/containerd-shim-runc-v2 /usr/local/bin/ && \
    mkdir -p /opt/cni/bin /etc/kubernetes/manifests && \
    cp /usr/lib/cni/* /opt/cni/bin/
# A node is no machine of its own: nothing starts that looks after hardware, terminals or the kernel's log.
RUN rm -f /etc/systemd/system/*.wants/* \
      /lib/systemd/system/multi-user.target.wants/* \
      /lib/systemd/system/local-fs.target.wants/* \
      /lib/systemd/system/basic.target.wants/* \
      /lib/systemd/system/sockets.target.wants/*udev* \
      /lib/systemd/system/sockets.target.wants/*initctl* \
      /lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service && \
    echo ReadKMsg=no >>/etc/systemd/journald.conf && \
    systemctl enable kubelet containerd undo-mount-hacks && \
    systemctl mask systemd-binfmt
# Containers get kind's mount hook, and the limits of the host.
RUN ctr oci spec | \
    jq '.hooks.createContainer += [{path: "/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' >/etc/containerd/cri-base.json
ENV container=docker
STOPSIGNAL SIGRTMIN+3
