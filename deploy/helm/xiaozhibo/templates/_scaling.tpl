{{/* (list $ "stream"): a HorizontalPodAutoscaler, if it decides, and a PodDisruptionBudget, if there is more than one copy. */}}
{{- define "xiaozhibo.scaling" -}}
{{- $root := index . 0 -}}
{{- $c := include "xiaozhibo.component" . | fromYaml -}}
{{- if $c.autoscaling.enabled -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "xiaozhibo.metadata" . | nindent 2 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ include "xiaozhibo.name" . }}}
  minReplicas: {{ int $c.autoscaling.minReplicas }}
  maxReplicas: {{ int $c.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ int $c.autoscaling.targetCPU }}}
  {{- with $c.autoscaling.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- if and $c.several $c.podDisruptionBudget.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "xiaozhibo.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ $c.podDisruptionBudget.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "xiaozhibo.selector" . | nindent 6 }}
{{- end }}
{{- end }}
