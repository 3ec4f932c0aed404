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
    {{- include "xiaozhibo.metricsRule" $root | nindent 4 }}
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

{{- define "xiaozhibo.metricsRule" -}}
- from:
    {{- toYaml (default (list (dict "namespaceSelector" (dict))) .Values.networkPolicy.metricsFrom) | nindent 4 }}
  ports: [{port: ops}]
{{- end }}

{{- define "xiaozhibo.dnsRule" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}

{{/* Where telemetry is sent: anywhere, on its port. */}}
{{- define "xiaozhibo.telemetryRule" -}}
{{- if .Values.telemetry.endpoint -}}
{{- $port := (urlParse .Values.telemetry.endpoint).host | regexFind ":[0-9]+$" | trimPrefix ":" -}}
- ports:
    - {port: {{ $port }}}
{{- end -}}
{{- end }}

{{/* Where the keys of JWTs are fetched: anywhere, on its port. */}}
{{- define "xiaozhibo.jwksRule" -}}
{{- if and .Values.auth.jwt.jwksURL (eq (include "xiaozhibo.hasAuth" .) "true") -}}
{{- $url := urlParse .Values.auth.jwt.jwksURL -}}
{{- $port := $url.host | regexFind ":[0-9]+$" | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
- ports:
    - {port: {{ $port }}}
{{- end -}}
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
