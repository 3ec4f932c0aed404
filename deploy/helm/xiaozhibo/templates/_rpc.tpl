{{/* The name of the Secret that holds what services ask of their callers. */}}
{{- define "xiaozhibo.rpcSecret" -}}
{{- default (include "xiaozhibo.name" (list . "rpc")) .Values.rpc.existingSecret -}}
{{- end }}

{{/* (list $ "stream"): the environment. Where services ask nothing, the gateway shows its secret all the same, so that they can begin to. */}}
{{- define "xiaozhibo.env.rpc" -}}
{{- $rpc := (index . 0).Values.rpc -}}
{{- $asked := or (not $rpc.insecure) (eq (index . 1) "gateway") -}}
XZB_RPC_SECRET_FILE: {{ ternary "/etc/xiaozhibo/rpc/secret" "" $asked | quote }}
{{- if $rpc.tls.existingSecret }}
XZB_RPC_TLS_CERT_FILE: /etc/xiaozhibo/rpc-tls/tls.crt
XZB_RPC_TLS_KEY_FILE: /etc/xiaozhibo/rpc-tls/tls.key
XZB_RPC_TLS_CA_FILE: /etc/xiaozhibo/rpc-tls/ca.crt
{{- end }}
{{- end }}

{{- define "xiaozhibo.rpcMounts" -}}
- {name: rpc, mountPath: /etc/xiaozhibo/rpc, readOnly: true}
{{- if .Values.rpc.tls.existingSecret }}
- {name: rpc-tls, mountPath: /etc/xiaozhibo/rpc-tls, readOnly: true}
{{- end }}
{{- end }}

{{- define "xiaozhibo.rpcVolumes" -}}
- name: rpc
  secret:
    secretName: {{ include "xiaozhibo.rpcSecret" . }}
    defaultMode: 0440
    items:
      - {key: {{ ternary .Values.rpc.secretKey "secret" (ne .Values.rpc.existingSecret "") }}, path: secret}
{{- with .Values.rpc.tls.existingSecret }}
- name: rpc-tls
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{- define "xiaozhibo.guards.rpc" -}}
{{- $rpc := .Values.rpc -}}
{{- if and $rpc.existingSecret $rpc.secret -}}
{{- fail "rpc.existingSecret and rpc.secret are two secrets: set one of them" -}}
{{- else if and $rpc.secret (lt (len $rpc.secret) 16) -}}
{{- fail "rpc.secret has fewer than 16 characters" -}}
{{- else if and $rpc.insecure $rpc.tls.existingSecret -}}
{{- fail "rpc.insecure lets everybody call the services, who ask for certificates by rpc.tls.existingSecret: set one of them" -}}
{{- else if and $rpc.insecure (not .Values.networkPolicy.enabled) -}}
{{- fail "rpc.insecure lets everybody call the services who reaches their port, and without networkPolicy.enabled every pod of the cluster does: set one of them" -}}
{{- end -}}
{{- range include "xiaozhibo.services" . | fromJsonArray -}}
{{- $c := include "xiaozhibo.component" (list $ .) | fromYaml -}}
{{- if and (not $rpc.insecure) (hasKey $c.extraEnv "XZB_RPC_SECRET_FILE") (not (get $c.extraEnv "XZB_RPC_SECRET_FILE")) -}}
{{- fail (printf "extraEnv of %s takes XZB_RPC_SECRET_FILE away, so that everybody who reaches its port may call it: leave it, or set rpc.insecure to true" .) -}}
{{- end -}}
{{- end -}}
{{- end }}
