{{/* (list $ "stream" component): where its volumes are mounted. Never a subPath: what is renewed in a Secret would not arrive. */}}
{{- define "xiaozhibo.mounts" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $c := index . 2 -}}
{{- if $c.onFile }}
- {name: data, mountPath: /data}
{{- end }}
{{ include "xiaozhibo.rpcMounts" $root }}
{{ include "xiaozhibo.redisMounts" . }}
{{- if $root.Values.admin.existingSecret }}
- {name: admin, mountPath: /etc/xiaozhibo/admin, readOnly: true}
{{- end }}
{{- if and (eq $name "signing") $root.Values.secrets.existingSecret }}
- {name: keys, mountPath: /etc/xiaozhibo/keys, readOnly: true}
{{- end }}
{{- if and (eq $name "gateway") $root.Values.gateway.tls.existingSecret }}
- {name: tls, mountPath: /etc/xiaozhibo/tls, readOnly: true}
{{- end }}
{{- if eq (include "xiaozhibo.hasAuthKeys" .) "true" }}
- {name: auth, mountPath: /etc/xiaozhibo/auth, readOnly: true}
{{- end }}
{{- if eq (include "xiaozhibo.hasPlatformKeys" .) "true" }}
- {name: platform, mountPath: /etc/xiaozhibo/platform, readOnly: true}
{{- end }}
{{- with $c.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (list $ "stream" component): its volumes, but for the claim of a StatefulSet. */}}
{{- define "xiaozhibo.volumes" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $c := index . 2 }}
{{ include "xiaozhibo.rpcVolumes" $root }}
{{ include "xiaozhibo.redisVolumes" . }}
{{- with $root.Values.admin.existingSecret }}
- name: admin
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - {key: {{ $root.Values.admin.secretKey }}, path: secret}
{{- end }}
{{- if and (eq $name "signing") $root.Values.secrets.existingSecret }}
- name: keys
  secret:
    secretName: {{ $root.Values.secrets.existingSecret }}
    defaultMode: 0440
    items:
      {{- range $file, $key := include "xiaozhibo.keyFiles" $root | fromYaml }}
      - {key: {{ $key }}, path: {{ $file }}}
      {{- end }}
{{- end }}
{{- if and (eq $name "gateway") $root.Values.gateway.tls.existingSecret }}
- name: tls
  secret:
    secretName: {{ $root.Values.gateway.tls.existingSecret }}
    defaultMode: 0440
{{- end }}
{{- if eq (include "xiaozhibo.hasAuthKeys" .) "true" }}
- name: auth
  secret:
    secretName: {{ $root.Values.auth.existingSecret }}
    defaultMode: 0440
    items:
      {{- range $file, $key := include "xiaozhibo.authFiles" $root | fromYaml }}
      - {key: {{ $key }}, path: {{ $file }}}
      {{- end }}
{{- end }}
{{- if eq (include "xiaozhibo.hasPlatformKeys" .) "true" }}
- name: platform
  secret:
    secretName: {{ $root.Values.platform.existingSecret }}
    defaultMode: 0440
    items:
      {{- range $file, $key := include "xiaozhibo.platformFiles" $root | fromYaml }}
      - {key: {{ $key }}, path: {{ $file }}}
      {{- end }}
{{- end }}
{{- with $c.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (list $ "gateway" …): "true" for a gateway that verifies proofs with keys of a Secret. */}}
{{- define "xiaozhibo.hasAuthKeys" -}}
{{- $root := index . 0 -}}
{{- and (eq (index . 1) "gateway") (eq (include "xiaozhibo.hasAuth" $root) "true") (ne $root.Values.auth.existingSecret "") -}}
{{- end }}

{{/* (list $ "gateway" …): "true" for a gateway that asks the live platform with keys of a Secret. */}}
{{- define "xiaozhibo.hasPlatformKeys" -}}
{{- $root := index . 0 -}}
{{- and (eq (index . 1) "gateway") (eq (include "xiaozhibo.hasPlatform" $root) "true") (ne $root.Values.platform.existingSecret "") -}}
{{- end }}
