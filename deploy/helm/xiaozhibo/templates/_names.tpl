{{/* The name that all names begin with. */}}
{{- define "xiaozhibo.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* (list $ "stream"): the name of a component's objects. */}}
{{- define "xiaozhibo.name" -}}
{{- printf "%s-%s" (include "xiaozhibo.fullname" (index . 0)) (index . 1) -}}
{{- end }}

{{/* (list $ "stream"): what selects a component's pods; these never change. */}}
{{- define "xiaozhibo.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride | trunc 50 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* (list $ "stream"): the labels of a component's pods. The chart's version is none: a new one alone replaces no pod. */}}
{{- define "xiaozhibo.podLabels" -}}
{{ include "xiaozhibo.selector" . }}
{{- with (index . 0).Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (list $ "stream"): the labels of a component's objects. */}}
{{- define "xiaozhibo.labels" -}}
{{- $root := index . 0 -}}
{{ include "xiaozhibo.podLabels" . }}
app.kubernetes.io/version: {{ default $root.Chart.AppVersion $root.Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* (list $ "stream"): the metadata of a component's objects. */}}
{{- define "xiaozhibo.metadata" -}}
name: {{ include "xiaozhibo.name" . }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "xiaozhibo.labels" . | nindent 2 }}
{{- end }}

{{/* (list $ image "gateway.image"): the reference of an image; a registry of its own wins, and so does a digest. */}}
{{- define "xiaozhibo.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $registry := default $root.Values.image.registry (get $image "registry") -}}
{{- include "xiaozhibo.guards.image" (list $root $image $registry (index . 2)) -}}
{{- if $registry -}}{{- $registry | trimSuffix "/" -}}/{{- end -}}
{{- $image.repository -}}
{{- if $image.digest -}}
@{{- $image.digest -}}
{{- else -}}
:{{- default (default $root.Chart.AppVersion $root.Values.image.tag) $image.tag -}}
{{- end -}}
{{- end }}
