{{/* The addresses of Redis, as JSON. */}}
{{- define "xiaozhibo.redisAddresses" -}}
{{- if .Values.redis.bundled -}}
{{- list (printf "%s:6379" (include "xiaozhibo.name" (list . "redis"))) | toJson -}}
{{- else -}}
{{- .Values.store.redis.addresses | toJson -}}
{{- end -}}
{{- end }}

{{/* The name of the Secret that holds the password of Redis; "" for one that asks for none. */}}
{{- define "xiaozhibo.redisSecret" -}}
{{- $own := ternary (include "xiaozhibo.name" (list . "redis")) "" .Values.redis.bundled -}}
{{- default $own .Values.store.redis.existingSecret -}}
{{- end }}

{{/* Its key of the password. */}}
{{- define "xiaozhibo.redisPasswordKey" -}}
{{- ternary .Values.store.redis.passwordKey "password" (ne .Values.store.redis.existingSecret "") -}}
{{- end }}

{{/* (list $ "stream" …): what a service on Redis shows it, and trusts it by, as name to Secret and files. */}}
{{- define "xiaozhibo.redisFiles" -}}
{{- $root := index . 0 -}}
{{- if and (not (has (index . 1) (list "gateway" "media"))) (eq $root.Values.store.type "redis") -}}
{{- with include "xiaozhibo.redisSecret" $root }}
redis: {secret: {{ . }}, items: [{key: {{ include "xiaozhibo.redisPasswordKey" $root }}, path: password}]}
{{- end }}
{{- with $root.Values.store.redis.tls }}
{{- if .caSecret }}
redis-ca: {secret: {{ .caSecret }}, items: [{key: {{ .caKey }}, path: ca.crt}]}
{{- end }}
{{- if .certSecret }}
redis-cert: {secret: {{ .certSecret }}, items: [{key: tls.crt, path: tls.crt}, {key: tls.key, path: tls.key}]}
{{- end }}
{{- end }}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.redisMounts" -}}
{{- range $name, $_ := include "xiaozhibo.redisFiles" . | fromYaml }}
- {name: {{ $name }}, mountPath: /etc/xiaozhibo/{{ $name }}, readOnly: true}
{{- end }}
{{- end }}

{{- define "xiaozhibo.redisVolumes" -}}
{{- range $name, $of := include "xiaozhibo.redisFiles" . | fromYaml }}
- name: {{ $name }}
  secret:
    secretName: {{ $of.secret }}
    defaultMode: 0440
    items:
      {{- toYaml $of.items | nindent 6 }}
{{- end }}
{{- end }}

{{- define "xiaozhibo.redisRule" -}}
{{- $ports := dict -}}
{{- range include "xiaozhibo.redisAddresses" . | fromJsonArray -}}
{{- $ports = set $ports (splitList ":" . | last) true -}}
{{- end -}}
- ports:
    {{- range $port := keys $ports | sortAlpha }}
    - {port: {{ $port }}}
    {{- end }}
  {{- if .Values.redis.bundled }}
  to:
    - podSelector:
        matchLabels:
          {{- include "xiaozhibo.selector" (list . "redis") | nindent 10 }}
  {{- else if .Values.networkPolicy.redisTo }}
  to:
    {{- toYaml .Values.networkPolicy.redisTo | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "xiaozhibo.guards.store" -}}
{{- $redis := .store.redis -}}
{{- if eq .store.type "bbolt" -}}
{{- if or .redis.bundled $redis.addresses -}}
{{- fail "store.type is bbolt, so no Redis is used: set store.type to redis, or redis.bundled to false and store.redis.addresses to []" -}}
{{- end -}}
{{- else if and .redis.bundled $redis.addresses -}}
{{- fail "redis.bundled and store.redis.addresses are two stores: set redis.bundled to false, or store.redis.addresses to []" -}}
{{- else if not (or .redis.bundled $redis.addresses) -}}
{{- fail "store.type is redis, and no Redis is named: set store.redis.addresses to [host:port], or redis.bundled to true for a trial" -}}
{{- else if and .redis.bundled (or $redis.username $redis.master $redis.tls.enabled) -}}
{{- fail "the bundled Redis has no users, no TLS and no Sentinels: leave store.redis.username, master and tls.enabled unset, or set store.redis.addresses to a Redis of your own" -}}
{{- else if and (or $redis.tls.caSecret $redis.tls.certSecret) (not $redis.tls.enabled) -}}
{{- fail "store.redis.tls.caSecret and certSecret are for TLS: set store.redis.tls.enabled to true" -}}
{{- else if and $redis.username (not $redis.existingSecret) -}}
{{- fail "store.redis.username is set without a password: set store.redis.existingSecret to the Secret that holds it" -}}
{{- end -}}
{{- if .redis.password -}}
{{- if not .redis.bundled -}}
{{- fail "redis.password is that of the bundled Redis: set redis.bundled to true, or put the password of yours into store.redis.existingSecret" -}}
{{- else if $redis.existingSecret -}}
{{- fail "redis.password and store.redis.existingSecret are two passwords: set one of them" -}}
{{- else if lt (len .redis.password) 16 -}}
{{- fail "redis.password has fewer than 16 characters" -}}
{{- end -}}
{{- end -}}
{{- end }}
