{{/*
(list $ "stream" component): the environment of a component, name to value. A map, so that no name comes twice:
server-side apply refuses that. Empty values are left out.
*/}}
{{- define "xiaozhibo.env" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $c := index . 2 -}}
{{- $v := $root.Values -}}
{{- $env := dict
  "XZB_LISTEN_OPS" ":9090"
  "XZB_LOG_LEVEL" $v.config.logLevel
-}}
{{- if not $c.onFile -}}
{{- $env = set $env "XZB_SHUTDOWN_DELAY" (printf "%ds" (int $c.shutdown.delaySeconds)) -}}
{{- end -}}
{{- if $v.admin.existingSecret -}}
{{- $env = set $env "XZB_LISTEN_ADMIN" ":9091" -}}
{{- $env = set $env "XZB_ADMIN_SECRET_FILE" "/etc/xiaozhibo/admin/secret" -}}
{{- end -}}
{{- $limit := dig "limits" "memory" "" $c.resources -}}
{{- if and $limit $c.goMemLimitPercent -}}
{{- $env = set $env "GOMEMLIMIT" (include "xiaozhibo.memory" (list $limit (int $c.goMemLimitPercent))) -}}
{{- end -}}
{{- if ne $name "media" -}}
{{- $env = merge $env (include "xiaozhibo.env.rpc" (list $root $name) | fromYaml) -}}
{{- end -}}
{{- if $v.telemetry.endpoint -}}
{{- $env = merge $env (include "xiaozhibo.env.telemetry" $root | fromYaml) -}}
{{- end -}}
{{- if eq $name "gateway" -}}
{{- $env = merge $env (include "xiaozhibo.env.gateway" $root | fromYaml) -}}
{{- else if eq $name "media" -}}
{{- $env = merge $env (include "xiaozhibo.env.media" $root | fromYaml) -}}
{{- else -}}
{{- $env = merge $env (include "xiaozhibo.env.store" $root | fromYaml) (include (printf "xiaozhibo.env.%s" $name) $root | fromYaml) -}}
{{- end -}}
{{- range $key, $value := $env -}}
{{- if eq (toString $value) "" -}}
{{- $env = unset $env $key -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := $c.extraEnv -}}
{{- $env = set $env $key $value -}}
{{- end -}}
{{- range $key, $value := $env }}
- name: {{ $key }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{- define "xiaozhibo.env.telemetry" -}}
{{- with .Values.telemetry }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ .endpoint | quote }}
OTEL_EXPORTER_OTLP_PROTOCOL: {{ .protocol | quote }}
OTEL_TRACES_SAMPLER: parentbased_traceidratio
OTEL_TRACES_SAMPLER_ARG: {{ .sampleRatio | toString | quote }}
OTEL_METRICS_EXPORTER: {{ ternary "otlp" "none" .metrics }}
{{- end }}
OTEL_RESOURCE_ATTRIBUTES: {{ printf "k8s.namespace.name=%s" .Release.Namespace | quote }}
{{- end }}

{{- define "xiaozhibo.env.gateway" -}}
{{- $root := . -}}
{{- range include "xiaozhibo.services" . | fromJsonArray }}
XZB_{{ upper . }}_ADDRS: {{ printf "%s:8081" (include "xiaozhibo.name" (list $root .)) }}
{{- end }}
XZB_LISTEN_HTTP: {{ ternary "off" ":8080" .Values.gateway.tls.only | quote }}
{{- if .Values.gateway.tls.existingSecret }}
XZB_LISTEN_HTTPS: ":8443"
XZB_TLS_CERT_FILE: /etc/xiaozhibo/tls/tls.crt
XZB_TLS_KEY_FILE: /etc/xiaozhibo/tls/tls.key
{{- end }}
{{- with .Values.config }}
XZB_MAX_READERS: {{ include "xiaozhibo.count" .maxReaders | quote }}
XZB_MAX_READERS_PER_ADDRESS: {{ include "xiaozhibo.count" .maxReadersPerAddress | quote }}
XZB_EVENTS_ROWS: {{ include "xiaozhibo.count" .eventsRows | quote }}
XZB_CORS_ORIGINS: {{ join "," .corsOrigins | quote }}
XZB_RATE_LIMIT: {{ include "xiaozhibo.count" .rateLimit | quote }}
XZB_MAX_CONNECTIONS: {{ include "xiaozhibo.count" .maxConnections | quote }}
XZB_MAX_CONNECTIONS_PER_ADDRESS: {{ include "xiaozhibo.count" .maxConnectionsPerAddress | quote }}
XZB_IDLE_TIMEOUT: {{ .idleTimeout | quote }}
XZB_MAX_NEW_ANCHORS_PER_ADDRESS: {{ include "xiaozhibo.count" .maxNewAnchorsPerAddress | quote }}
XZB_MAX_LIKES_PER_CLIENT: {{ include "xiaozhibo.count" .maxLikesPerClient | quote }}
XZB_MAX_LIKES_PER_ADDRESS: {{ include "xiaozhibo.count" .maxLikesPerAddress | quote }}
XZB_MAX_CHANGES_PER_USER: {{ include "xiaozhibo.count" .maxChangesPerUser | quote }}
XZB_MAX_ANCHORS_PER_ADDRESS: {{ include "xiaozhibo.count" .maxAnchorsPerAddress | quote }}
XZB_MAX_USERS_PER_ADDRESS: {{ include "xiaozhibo.count" .maxUsersPerAddress | quote }}
XZB_MAX_ROOMS_PER_ADDRESS: {{ include "xiaozhibo.count" .maxRoomsPerAddress | quote }}
XZB_MAX_MEMBERS_PER_ADDRESS: {{ include "xiaozhibo.count" .maxMembersPerAddress | quote }}
XZB_MAX_UPLOADS_PER_ADDRESS: {{ include "xiaozhibo.count" .maxUploadsPerAddress | quote }}
XZB_TRUSTED_PROXIES: {{ join "," .trustedProxies | quote }}
XZB_ACTION_TIMEOUT: {{ .actionTimeout | quote }}
XZB_ACCESS_LOG: {{ .accessLog | toString | quote }}
{{- end }}
XZB_LISTEN_EVENTS: {{ ternary ":8082" "off" .Values.events.enabled | quote }}
{{- with .Values.webhook }}
{{- if .url }}
XZB_WEBHOOK_URL: {{ .url | quote }}
XZB_WEBHOOK_SECRET_FILE: /etc/xiaozhibo/webhook/secret
XZB_WEBHOOK_RETRY_FOR: {{ .retryFor | quote }}
{{- end }}
{{- end }}
{{- with .Values.im }}
{{- if .appID }}
XZB_IM_APPID: {{ .appID | quote }}
XZB_IM_CALLBACK_TOKEN_FILE: {{ ternary (printf "/etc/xiaozhibo/im/%s" "im-callback-token") "" (ne .callbackToken "") | quote }}
{{- end }}
{{- end }}
{{- with .Values.vod }}
{{- if .callbackToken }}
XZB_VOD_CALLBACK_TOKEN_FILE: {{ ternary (printf "/etc/xiaozhibo/vod/%s" "vod-callback-token") "" (ne .callbackToken "") | quote }}
{{- end }}
{{- end }}
{{- include "xiaozhibo.env.auth" . }}
{{- include "xiaozhibo.env.admin" . }}
{{- include "xiaozhibo.env.platform" . }}
{{- end }}

{{- define "xiaozhibo.env.platform" -}}
{{- if eq (include "xiaozhibo.hasPlatform" .) "true" -}}
{{- with .Values.platform }}
XZB_PLATFORM: {{ .kind | quote }}
XZB_PLATFORM_URL: {{ .url | quote }}
XZB_PLATFORM_REGION: {{ .region | quote }}
XZB_PLATFORM_APP: {{ .app | quote }}
XZB_PLATFORM_POLL: {{ .poll | quote }}
XZB_PLATFORM_BUDGET: {{ include "xiaozhibo.count" .budget | quote }}
{{- end }}
{{- with .Values.config }}
XZB_BIZID: {{ .bizid | quote }}
XZB_PUSH_DOMAIN: {{ .pushDomain | quote }}
{{- end }}
{{- range $file, $key := include "xiaozhibo.platformFiles" . | fromYaml }}
XZB_{{ $file | replace "-" "_" | upper }}_FILE: /etc/xiaozhibo/platform/{{ $file }}
{{- end }}
{{- end }}
{{- end }}

{{/* "true" if the live platform is asked. YAML reads a bare off as false. */}}
{{- define "xiaozhibo.hasPlatform" -}}
{{- has .Values.platform.kind (list "tencent" "srs" "media") -}}
{{- end }}

{{/* The files of the keys that there are, each with its key in platform.existingSecret. */}}
{{- define "xiaozhibo.platformFiles" -}}
{{- $files := dict -}}
{{- with .Values.platform -}}
{{- range $file, $key := dict "platform-secret-id" .secretID "platform-secret-key" .secretKey -}}
{{- if $key -}}
{{- $files = set $files $file $key -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $files -}}
{{- end }}

{{- define "xiaozhibo.env.auth" -}}
{{- if eq (include "xiaozhibo.hasAuth" .) "true" -}}
{{- $files := include "xiaozhibo.authFiles" . | fromYaml -}}
{{- with .Values.auth }}
XZB_AUTH: {{ .mode | quote }}
XZB_AUTH_READS: {{ .reads | toString | quote }}
XZB_AUTH_JWT_KEY_FILE: {{ ternary "/etc/xiaozhibo/auth/jwt-key" "" (hasKey $files "jwt-key") | quote }}
XZB_AUTH_JWKS: {{ ternary "/etc/xiaozhibo/auth/jwks.json" .jwt.jwksURL (hasKey $files "jwks.json") | quote }}
XZB_AUTH_JWT_ISSUER: {{ .jwt.issuer | quote }}
XZB_AUTH_JWT_AUDIENCE: {{ join "," .jwt.audience | quote }}
XZB_AUTH_USERSIG_APPID: {{ .userSig.appID | quote }}
XZB_AUTH_USERSIG_KEY_FILE: {{ ternary "/etc/xiaozhibo/auth/usersig-key" "" (hasKey $files "usersig-key") | quote }}
XZB_AUTH_HEADER: {{ .header | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Whose JWTs are proof that somebody is an operator. */}}
{{- define "xiaozhibo.env.admin" -}}
{{- with .Values.admin }}
{{- if and .existingSecret (or .jwtKey .jwt.jwksURL) }}
XZB_ADMIN_JWT_KEY_FILE: {{ ternary "/etc/xiaozhibo/admin/jwt-key" "" (ne .jwtKey "") | quote }}
XZB_ADMIN_JWKS: {{ .jwt.jwksURL | quote }}
XZB_ADMIN_JWT_ISSUER: {{ .jwt.issuer | quote }}
XZB_ADMIN_JWT_AUDIENCE: {{ join "," .jwt.audience | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* "true" if clients have to prove who they are, or are watched for it. YAML reads a bare off as false. */}}
{{- define "xiaozhibo.hasAuth" -}}
{{- has .Values.auth.mode (list "observe" "require") -}}
{{- end }}

{{/* The files of the keys that there are, each with its key in auth.existingSecret. */}}
{{- define "xiaozhibo.authFiles" -}}
{{- $files := dict -}}
{{- with .Values.auth -}}
{{- range $file, $key := dict "jwt-key" .jwtKey "jwks.json" .jwks "usersig-key" .userSigKey -}}
{{- if $key -}}
{{- $files = set $files $file $key -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $files -}}
{{- end }}

{{- define "xiaozhibo.env.store" -}}
XZB_LISTEN_RPC: ":8081"
XZB_STORE: {{ .Values.store.type }}
{{- if eq .Values.store.type "bbolt" }}
XZB_DATA_DIR: /data
{{- else }}
XZB_REDIS_ADDRS: {{ include "xiaozhibo.redisAddresses" . | fromJsonArray | join "," | quote }}
{{- with .Values.store.redis }}
XZB_REDIS_MASTER: {{ .master | quote }}
XZB_REDIS_USERNAME: {{ .username | quote }}
XZB_REDIS_PASSWORD_FILE: {{ ternary "/etc/xiaozhibo/redis/password" "" (ne (include "xiaozhibo.redisSecret" $) "") | quote }}
XZB_REDIS_TLS: {{ ternary "true" "" .tls.enabled | quote }}
XZB_REDIS_CA_FILE: {{ ternary "/etc/xiaozhibo/redis-ca/ca.crt" "" (ne .tls.caSecret "") | quote }}
XZB_REDIS_TLS_CERT_FILE: {{ ternary "/etc/xiaozhibo/redis-cert/tls.crt" "" (ne .tls.certSecret "") | quote }}
XZB_REDIS_TLS_KEY_FILE: {{ ternary "/etc/xiaozhibo/redis-cert/tls.key" "" (ne .tls.certSecret "") | quote }}
XZB_REDIS_PREFIX: {{ .prefix | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "xiaozhibo.env.stream" -}}
{{- with .Values.config -}}
XZB_LIVE_TTL: {{ .liveTTL | quote }}
XZB_MIN_RECORDING: {{ .minRecording | quote }}
XZB_RECORDING_WINDOW: {{ .recordingWindow | quote }}
XZB_ANCHOR_TTL: {{ .anchorTTL | quote }}
XZB_SUMMARY_TTL: {{ .summaryTTL | quote }}
XZB_CHANGES_TTL: {{ .changesTTL | quote }}
XZB_MAX_CHANGES: {{ include "xiaozhibo.count" .maxChanges | quote }}
XZB_MAX_OPENS_PER_USER: {{ include "xiaozhibo.count" .maxOpensPerUser | quote }}
XZB_LIST_REQUIRES_PUSH: {{ ternary "true" "" .listRequiresPush | quote }}
{{- end }}
{{- end }}

{{- define "xiaozhibo.env.counter" -}}
{}
{{- end }}

{{- define "xiaozhibo.env.room" -}}
{{- with .Values.config -}}
XZB_MEMBER_TTL: {{ .memberTTL | quote }}
XZB_MEMBER_ORDER: {{ .memberOrder | quote }}
XZB_MAX_MEMBERS: {{ include "xiaozhibo.count" .maxMembers | quote }}
{{- end }}
{{- end }}

{{/* A whole number, or a text as it is. Helm reads numbers as floating-point, and would write a million as 1e+06. */}}
{{- define "xiaozhibo.count" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ int64 . }}{{ end -}}
{{- end }}

{{- define "xiaozhibo.env.signing" -}}
{{- with .Values.config -}}
XZB_BIZID: {{ .bizid | quote }}
XZB_PUSH_DOMAIN: {{ .pushDomain | quote }}
XZB_PLAY_DOMAIN: {{ .playDomain | quote }}
XZB_PUSH_TTL: {{ .pushTTL | quote }}
XZB_PLAY_TTL: {{ .playTTL | quote }}
XZB_COS_APPID: {{ .cosAppID | quote }}
XZB_COS_BUCKET: {{ .cosBucket | quote }}
XZB_COS_TTL: {{ .cosTTL | quote }}
XZB_LEDGER_RETENTION: {{ .ledgerRetention | quote }}
XZB_CALLBACK_UNSIGNED: {{ ternary "true" "" .callbackUnsigned | quote }}
{{- end }}
{{- range $file, $key := include "xiaozhibo.keyFiles" . | fromYaml }}
XZB_{{ $file | replace "-" "_" | upper }}_FILE: /etc/xiaozhibo/keys/{{ $file }}
{{- end }}
{{- end }}

{{/* The media server tells the gateway by its Service. Its keys are those of the signing service. */}}
{{- define "xiaozhibo.env.media" -}}
{{- $files := include "xiaozhibo.keyFiles" . | fromYaml -}}
XZB_DATA_DIR: /data
XZB_MEDIA_LISTEN_RTMP: ":1935"
XZB_MEDIA_LISTEN_HTTP: ":8088"
XZB_MEDIA_CALLBACK_URL: {{ printf "http://%s:%d/callback" (include "xiaozhibo.name" (list . "gateway")) (int .Values.gateway.service.httpPort) | quote }}
XZB_PUSH_KEY_FILE: {{ ternary "/etc/xiaozhibo/keys/push-key" "" (hasKey $files "push-key") | quote }}
XZB_PLAY_KEY_FILE: {{ ternary "/etc/xiaozhibo/keys/play-key" "" (hasKey $files "play-key") | quote }}
XZB_CALLBACK_KEY_FILE: {{ ternary "/etc/xiaozhibo/keys/callback-key" "" (hasKey $files "callback-key") | quote }}
{{- with .Values.media }}
XZB_MEDIA_LISTEN_CONTROL: {{ ternary ":8089" "" (ne .existingSecret "") | quote }}
XZB_MEDIA_SECRET_FILE: {{ ternary "/etc/xiaozhibo/media/secret" "" (ne .existingSecret "") | quote }}
XZB_MEDIA_URL: {{ .url | quote }}
XZB_MEDIA_RECORD: {{ ternary "true" "" .record | quote }}
XZB_MEDIA_RECORD_SLICE: {{ .recordSlice | quote }}
XZB_MEDIA_RECORD_TTL: {{ .recordTTL | quote }}
XZB_MEDIA_RECORD_MAX_BYTES: {{ include "xiaozhibo.count" .recordMaxBytes | quote }}
XZB_MEDIA_MAX_PUSHES: {{ include "xiaozhibo.count" .maxPushes | quote }}
XZB_MEDIA_MAX_PLAYERS: {{ include "xiaozhibo.count" .maxPlayers | quote }}
XZB_MEDIA_MAX_CONNECTIONS_PER_ADDRESS: {{ include "xiaozhibo.count" .maxConnectionsPerAddress | quote }}
XZB_MEDIA_MAX_PUSH_RATE: {{ include "xiaozhibo.count" .maxPushRate | quote }}
XZB_MEDIA_FAULTS: {{ .faults | quote }}
XZB_MEDIA_FAULTS_SEED: {{ include "xiaozhibo.count" .faultsSeed | quote }}
{{- end }}
{{- end }}

{{/* The files of the keys that there are, each with its key in secrets.existingSecret. */}}
{{- define "xiaozhibo.keyFiles" -}}
{{- $files := dict -}}
{{- with .Values.secrets -}}
{{- range $file, $key := dict "push-key" .pushKey "play-key" .playKey "callback-key" .callbackKey "cos-secret-id" .cosSecretID "cos-secret-key" .cosSecretKey -}}
{{- if $key -}}
{{- $files = set $files $file $key -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $files -}}
{{- end }}
