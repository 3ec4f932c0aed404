{{/*
(list $ "stream"): the workload of a component and its ServiceAccount. One that keeps a bbolt file is a StatefulSet
of one pod: a Deployment would start the new pod first, which waits for the file, while the old one waits for the new.
*/}}
{{- define "xiaozhibo.workload" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $c := include "xiaozhibo.component" . | fromYaml -}}
{{- include "xiaozhibo.guards" $root -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "xiaozhibo.metadata" . | nindent 2 }}
  {{- with $c.serviceAccountAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: {{ ternary "StatefulSet" "Deployment" $c.onFile }}
metadata:
  {{- include "xiaozhibo.metadata" . | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "xiaozhibo.selector" . | nindent 6 }}
  {{- if $c.onFile }}
  replicas: {{ int $c.replicas }}
  serviceName: {{ include "xiaozhibo.name" . }}
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: {{ $c.persistence.whenDeleted }}
    whenScaled: Retain
  volumeClaimTemplates:
    {{- include "xiaozhibo.claim" (list $root $name $c.persistence) | nindent 4 }}
  {{- else }}
  {{- if and (hasKey $c "replicas") (not $c.autoscaling.enabled) }}
  replicas: {{ int $c.replicas }}
  {{- end }}
  strategy:
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  {{- end }}
  template:
    {{- include "xiaozhibo.pod" (list $root $name $c) | nindent 4 }}
{{- end }}

{{/* (list $ "stream" persistence): the claim named data. Its labels can never change, so there are but those that never do. */}}
{{- define "xiaozhibo.claim" -}}
{{- $persistence := index . 2 -}}
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata:
    name: data
    labels:
      {{- include "xiaozhibo.selector" . | nindent 6 }}
    {{- with get $persistence "annotations" }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    accessModes: {{ default (list "ReadWriteOnce") (get $persistence "accessModes") | toJson }}
    {{- with $persistence.storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    resources:
      requests:
        storage: {{ $persistence.size }}
{{- end }}
