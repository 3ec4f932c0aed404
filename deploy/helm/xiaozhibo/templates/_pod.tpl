{{/* (list $ "stream" component): the pod of a component. It fits the restricted Pod Security Standard. */}}
{{- define "xiaozhibo.pod" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $c := index . 2 -}}
metadata:
  labels:
    {{- include "xiaozhibo.podLabels" (list $root $name) | nindent 4 }}
    {{- with $c.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $c.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "xiaozhibo.name" (list $root $name) }}
  {{- include "xiaozhibo.podSecurity" $root | nindent 2 }}
  terminationGracePeriodSeconds: {{ include "xiaozhibo.gracePeriod" $c }}
  {{- with $c.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $c.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $c.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if and $c.several $c.spreadOver }}
  topologySpreadConstraints:
    - topologyKey: {{ $c.spreadOver }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      matchLabelKeys: [pod-template-hash]
      labelSelector:
        matchLabels:
          {{- include "xiaozhibo.selector" (list $root $name) | nindent 10 }}
  {{- end }}
  {{- with $c.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $c.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  containers:
    - name: {{ $name }}
      image: {{ include "xiaozhibo.image" (list $root $c.image (printf "%s.image" $name)) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      {{- with $c.extraArgs }}
      args:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      env:
        {{- include "xiaozhibo.env" . | trim | nindent 8 }}
      {{- with $c.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- include "xiaozhibo.ports" (list $root $name) | nindent 8 }}
        - {name: ops, containerPort: 9090}
        {{- if $root.Values.admin.existingSecret }}
        - {name: admin, containerPort: 9091}
        {{- end }}
      startupProbe:
        httpGet: {path: /livez, port: ops}
        periodSeconds: 1
        failureThreshold: {{ int $c.probes.startupSeconds }}
      livenessProbe:
        httpGet: {path: /livez, port: ops}
        periodSeconds: {{ int $c.probes.livenessPeriodSeconds }}
        timeoutSeconds: 3
      readinessProbe:
        httpGet: {path: /readyz, port: ops}
        periodSeconds: {{ int $c.probes.readinessPeriodSeconds }}
        timeoutSeconds: 2
      {{- if and (not $c.onFile) $c.shutdown.preStopSeconds }}
      lifecycle:
        preStop:
          sleep: {seconds: {{ int $c.shutdown.preStopSeconds }}}
      {{- end }}
      {{- with $c.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- include "xiaozhibo.containerSecurity" $root | nindent 6 }}
      {{- with include "xiaozhibo.mounts" . | trim }}
      volumeMounts:
        {{- . | nindent 8 }}
      {{- end }}
  {{- with include "xiaozhibo.volumes" . | trim }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "xiaozhibo.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "xiaozhibo.containerSecurity" -}}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* What a pod gets to end: both delays, the 20 s that the program gives itself to drain, and room to spare. */}}
{{- define "xiaozhibo.gracePeriod" -}}
{{- if .onFile -}}
25
{{- else -}}
{{- add (int .shutdown.preStopSeconds) (int .shutdown.delaySeconds) 25 -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.ports" -}}
{{- $tls := (index . 0).Values.gateway.tls -}}
{{- if eq (index . 1) "media" -}}
- {name: rtmp, containerPort: 1935}
- {name: play, containerPort: 8088}
{{- if (index . 0).Values.media.existingSecret }}
- {name: control, containerPort: 8089}
{{- end }}
{{- else if ne (index . 1) "gateway" -}}
- {name: rpc, containerPort: 8081}
{{- else if $tls.only -}}
- {name: https, containerPort: 8443}
{{- else -}}
- {name: http, containerPort: 8080}
{{- if $tls.existingSecret }}
- {name: https, containerPort: 8443}
{{- end }}
{{- end }}
{{- if and (eq (index . 1) "gateway") (index . 0).Values.events.enabled }}
- {name: events, containerPort: 8082}
{{- end }}
{{- end }}
