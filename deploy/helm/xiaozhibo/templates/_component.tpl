{{/* (list defaults own): own laid over defaults. Not sprig's merge, to which false, 0 and "" are nothing. null takes a default away. */}}
{{- define "xiaozhibo.merged" -}}
{{- $merged := deepCopy (index . 0) -}}
{{- range $key, $value := index . 1 -}}
{{- if kindIs "invalid" $value -}}
{{- $merged = unset $merged $key -}}
{{- else if and (kindIs "map" $value) (kindIs "map" (get $merged $key)) -}}
{{- $merged = set $merged $key (include "xiaozhibo.merged" (list (get $merged $key) $value) | fromYaml) -}}
{{- else -}}
{{- $merged = set $merged $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $merged -}}
{{- end }}

{{/*
(list $ "stream"): a component's values, and two facts that follow from them:
  onFile   it keeps files of its own, so there is one of it, as a StatefulSet
  several  there is more than one of it
*/}}
{{- define "xiaozhibo.component" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $c := include "xiaozhibo.merged" (list $root.Values.defaults (get $root.Values $name)) | fromYaml -}}
{{- $onFile := or (eq $name "media") (and (ne $name "gateway") (eq $root.Values.store.type "bbolt")) -}}
{{- $c = set $c "onFile" $onFile -}}
{{- $c = set $c "several" (or $c.autoscaling.enabled (not (hasKey $c "replicas")) (gt (int $c.replicas) 1)) -}}
{{- toYaml $c -}}
{{- end }}

{{/* The services, in the order of the documentation. */}}
{{- define "xiaozhibo.services" -}}
{{- list "stream" "counter" "room" "signing" | toJson -}}
{{- end }}

{{/* (list quantity percent): that part of a memory quantity, in bytes. */}}
{{- define "xiaozhibo.memory" -}}
{{- $quantity := index . 0 | toString -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 -}}
{{- $number := regexFind "^[0-9]+" $quantity -}}
{{- $unit := trimPrefix $number $quantity -}}
{{- if or (eq $number "") (not (hasKey $units $unit)) -}}
{{- fail (printf "resources.limits.memory: %q is not a whole number of bytes, k, M, G, Ki, Mi or Gi: write it so, or set goMemLimitPercent (redis.maxMemoryPercent for Redis) to 0" $quantity) -}}
{{- end -}}
{{- div (mul $number (get $units $unit) (index . 1)) 100 -}}
{{- end }}
