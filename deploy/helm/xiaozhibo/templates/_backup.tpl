{{/* (list $ "stream"): the container that backs up what a service keeps, or all. A file is replaced once the new one is whole. */}}
{{- define "xiaozhibo.backup" -}}
{{- $root := index . 0 -}}
{{- $of := index . 1 -}}
{{- $v := $root.Values -}}
- name: {{ $of }}
  image: {{ include "xiaozhibo.image" (list $root $v.backup.image "backup.image") }}
  imagePullPolicy: {{ $v.image.pullPolicy }}
  args:
    - backup
    - -output=/backups/{{ $of }}.backup
    {{- if ne $of "all" }}
    - -from=http://{{ include "xiaozhibo.name" (list $root $of) }}:9091
    {{- end }}
  env:
    {{- $env := ternary (include "xiaozhibo.env.store" $root | fromYaml) (dict "XZB_ADMIN_SECRET_FILE" "/etc/xiaozhibo/admin/secret") (eq $of "all") -}}
    {{- range $key, $value := omit $env "XZB_LISTEN_RPC" -}}
    {{- if $value }}
    - {name: {{ $key }}, value: {{ $value | quote }}}
    {{- end }}
    {{- end }}
  {{- with $v.backup.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- include "xiaozhibo.containerSecurity" $root | nindent 2 }}
  volumeMounts:
    - {name: backups, mountPath: /backups}
    {{- if ne $of "all" }}
    - {name: admin, mountPath: /etc/xiaozhibo/admin, readOnly: true}
    {{- end }}
    {{- with include "xiaozhibo.redisMounts" (list $root "backup") | trim }}
    {{- . | nindent 4 }}
    {{- end }}
{{- end }}

{{- define "xiaozhibo.guards.backup" -}}
{{- if not .Values.backup.claim -}}
{{- fail "backup.schedule is set, and nothing to write to: set backup.claim to a PersistentVolumeClaim in the namespace of the release" -}}
{{- else if and (eq .Values.store.type "bbolt") (not .Values.admin.existingSecret) -}}
{{- fail "on bbolt the pods are asked for a backup by a secret: set admin.existingSecret" -}}
{{- end -}}
{{- end }}
