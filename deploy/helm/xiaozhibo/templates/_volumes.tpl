{{/* (list $ "stream" component): where its volumes are mounted. Never a subPath: what is renewed in a Secret would not arrive. */}}
{{- define "xiaozhibo.mounts" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $c := index . 2 -}}
{{- if $c.onFile }}
- {name: data, mountPath: /data}
{{- end }}
{{- if eq $name "media" }}
{{- if $root.Values.media.existingSecret }}
- {name: media, mountPath: /etc/xiaozhibo/media, readOnly: true}
{{- end }}
{{- else }}
{{ include "xiaozhibo.rpcMounts" $root }}
{{- end }}
{{ include "xiaozhibo.redisMounts" . }}
{{- if $root.Values.admin.existingSecret }}
- {name: admin, mountPath: /etc/xiaozhibo/admin, readOnly: true}
{{- end }}
{{- if and (has $name (list "signing" "media")) $root.Values.secrets.existingSecret }}
- {name: keys, mountPath: /etc/xiaozhibo/keys, readOnly: true}
{{- end }}
{{- if and (eq $name "gateway") $root.Values.gateway.tls.existingSecret }}
- {name: tls, mountPath: /etc/xiaozhibo/tls, readOnly: true}
{{- end }}
{{- if and (eq $name "gateway") $root.Values.webhook.url }}
- {name: webhook, mountPath: /etc/xiaozhibo/webhook, readOnly: true}
{{- end }}
{{- if and (eq $name "gateway") $root.Values.im.appID }}
- {name: im, mountPath: /etc/xiaozhibo/im, readOnly: true}
{{- end }}
{{- if and (eq $name "gateway") $root.Values.vod.callbackToken }}
- {name: vod, mountPath: /etc/xiaozhibo/vod, readOnly: true}
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
{{- if ne $name "media" }}
{{ include "xiaozhibo.rpcVolumes" $root }}
{{- else if $root.Values.media.existingSecret }}
- name: media
  secret:
    secretName: {{ $root.Values.media.existingSecret }}
    defaultMode: 0440
    items:
      - {key: {{ $root.Values.media.secretKey }}, path: secret}
{{- end }}
{{ include "xiaozhibo.redisVolumes" . }}
{{- with $root.Values.admin.existingSecret }}
- name: admin
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - {key: {{ $root.Values.admin.secretKey }}, path: secret}
      {{- if and $root.Values.admin.jwtKey (eq $name "gateway") }}
      - {key: {{ $root.Values.admin.jwtKey }}, path: jwt-key}
      {{- end }}
{{- end }}
{{- if and (has $name (list "signing" "media")) $root.Values.secrets.existingSecret }}
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
{{- if and (eq $name "gateway") $root.Values.webhook.url }}
- name: webhook
  secret:
    secretName: {{ $root.Values.webhook.existingSecret }}
    defaultMode: 0440
    items:
      - {key: {{ $root.Values.webhook.secretKey }}, path: secret}
{{- end }}
{{- if and (eq $name "gateway") $root.Values.im.appID }}
- name: im
  secret:
    secretName: {{ $root.Values.im.existingSecret }}
    defaultMode: 0440
    items:
      - {key: {{ $root.Values.im.callbackToken }}, path: im-callback-token}
{{- end }}
{{- if and (eq $name "gateway") $root.Values.vod.callbackToken }}
- name: vod
  secret:
    secretName: {{ $root.Values.vod.existingSecret }}
    defaultMode: 0440
    items:
      - {key: {{ $root.Values.vod.callbackToken }}, path: vod-callback-token}
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
