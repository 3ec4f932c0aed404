{{/*
(list $ "stream"): the Service of a service, for the gateway. It has no address of its own: the gateway looks up the
copies' and takes them in turn, and another one when one does not answer.
*/}}
{{- define "xiaozhibo.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "xiaozhibo.metadata" . | nindent 2 }}
spec:
  clusterIP: None
  selector:
    {{- include "xiaozhibo.selector" . | nindent 4 }}
  ports:
    - {name: rpc, port: 8081, targetPort: rpc}
{{- end }}

{{/* (list $ "stream"): who may speak to a service, and to whom it may speak. */}}
{{- define "xiaozhibo.servicePolicy" -}}
{{- $root := index . 0 -}}
{{- $c := include "xiaozhibo.component" . | fromYaml -}}
{{- if $root.Values.networkPolicy.enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "xiaozhibo.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "xiaozhibo.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              {{- include "xiaozhibo.selector" (list $root "gateway") | nindent 14 }}
      ports: [{port: rpc}]
    {{- if and $root.Values.backup.schedule $c.onFile }}
    - from:
        - podSelector:
            matchLabels:
              {{- include "xiaozhibo.selector" (list $root "backup") | nindent 14 }}
      ports: [{port: admin}]
    {{- end }}
    {{- with include "xiaozhibo.metricsRule" $root }}
    {{- . | nindent 4 }}
    {{- end }}
  egress:
    {{- include "xiaozhibo.dnsRule" $root | nindent 4 }}
    {{- with include "xiaozhibo.telemetryRule" $root }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- if eq $root.Values.store.type "redis" }}
    {{- include "xiaozhibo.redisRule" $root | nindent 4 }}
    {{- end }}
    {{- with $c.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end }}

{{/* Who reads metrics: nobody, unless somebody is named. A rule without a sender would let everybody in. */}}
{{- define "xiaozhibo.metricsRule" -}}
{{- with .Values.networkPolicy.metricsFrom -}}
- from:
    {{- toYaml . | nindent 4 }}
  ports: [{port: ops}]
{{- end -}}
{{- end }}

{{- define "xiaozhibo.dnsRule" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
  {{- with .Values.networkPolicy.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Where telemetry is sent. */}}
{{- define "xiaozhibo.telemetryRule" -}}
{{- if .Values.telemetry.endpoint -}}
{{- $port := (urlParse .Values.telemetry.endpoint).host | regexFind ":[0-9]+$" | trimPrefix ":" -}}
- ports:
    - {port: {{ $port }}}
  {{- with .Values.networkPolicy.telemetryTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end }}

{{/* Where the keys of JWTs are fetched. */}}
{{- define "xiaozhibo.jwksRule" -}}
{{- $ports := list -}}
{{- range list (ternary .Values.auth.jwt.jwksURL "" (eq (include "xiaozhibo.hasAuth" .) "true")) (ternary .Values.admin.jwt.jwksURL "" (ne .Values.admin.existingSecret "")) | compact -}}
{{- $url := urlParse . -}}
{{- $ports = append $ports ($url.host | regexFind ":[0-9]+$" | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https"))) -}}
{{- end -}}
{{- if $ports -}}
- ports:
    {{- range uniq $ports }}
    - {port: {{ . }}}
    {{- end }}
  {{- with .Values.networkPolicy.jwksTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end }}

{{/* Where webhooks are sent. */}}
{{- define "xiaozhibo.webhookRule" -}}
{{- if .Values.webhook.url -}}
{{- $url := urlParse .Values.webhook.url -}}
{{- $port := $url.host | regexFind ":[0-9]+$" | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
- ports:
    - {port: {{ $port }}}
  {{- with .Values.networkPolicy.webhookTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end }}

{{/* Where the live platform is asked. */}}
{{- define "xiaozhibo.platformRule" -}}
{{- if eq (include "xiaozhibo.hasPlatform" .) "true" -}}
{{- $url := urlParse (default "https://live.tencentcloudapi.com" .Values.platform.url) -}}
{{- $port := $url.host | regexFind ":[0-9]+$" | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
- ports:
    - {port: {{ $port }}}
  {{- with .Values.networkPolicy.platformTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end }}
