{{/* Combinations that cannot work, or in which a value would be without effect: each says what to set. */}}
{{- define "xiaozhibo.guards" -}}
{{- $root := . -}}
{{- $v := .Values -}}
{{- range concat (list "gateway") (include "xiaozhibo.services" . | fromJsonArray) -}}
{{- $c := include "xiaozhibo.component" (list $root .) | fromYaml -}}
{{- if and $c.onFile $c.several -}}
{{- fail (printf "store.type is bbolt, where the %s service keeps one file and runs once: set %s.replicas (or defaults.replicas) to 1 and autoscaling.enabled to false, or store.type to redis" . .) -}}
{{- end -}}
{{- if and $c.autoscaling.enabled (gt (int $c.autoscaling.minReplicas) (int $c.autoscaling.maxReplicas)) -}}
{{- fail (printf "%s: autoscaling.minReplicas is %v and maxReplicas %v: set minReplicas to at most maxReplicas" . $c.autoscaling.minReplicas $c.autoscaling.maxReplicas) -}}
{{- end -}}
{{- end -}}
{{- include "xiaozhibo.guards.store" $v -}}
{{- include "xiaozhibo.guards.secrets" $v.secrets -}}
{{- include "xiaozhibo.guards.gateway" $v.gateway -}}
{{- include "xiaozhibo.guards.clients" $v -}}
{{- include "xiaozhibo.guards.outward" $v -}}
{{- include "xiaozhibo.guards.auth" $v -}}
{{- include "xiaozhibo.guards.admin" $v -}}
{{- include "xiaozhibo.guards.platform" $v -}}
{{- include "xiaozhibo.guards.rpc" $root -}}
{{- include "xiaozhibo.guards.media" $root -}}
{{- include "xiaozhibo.guards.backDoors" $root -}}
{{- include "xiaozhibo.guards.proxies" $v -}}
{{- with $v.im -}}
{{- if and (or .appID .existingSecret .callbackToken) (not (and .appID .existingSecret .callbackToken)) -}}
{{- fail "callbacks of the IM service need all of im.appID, im.existingSecret and im.callbackToken: set all three, or none" -}}
{{- end -}}
{{- end -}}
{{- if ne (empty $v.vod.existingSecret) (empty $v.vod.callbackToken) -}}
{{- fail "callbacks of the VOD service need both of vod.existingSecret and vod.callbackToken: set both, or none" -}}
{{- end -}}
{{- include "xiaozhibo.guards.monitoring" $v -}}
{{- if and $v.telemetry.metrics (not $v.telemetry.endpoint) -}}
{{- fail "telemetry.metrics has no effect without telemetry.endpoint: set both, or leave metrics to Prometheus" -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.media" -}}
{{- $v := .Values -}}
{{- if $v.media.enabled -}}
{{- $c := include "xiaozhibo.component" (list . "media") | fromYaml -}}
{{- if or $c.autoscaling.enabled (ne (int $c.replicas) 1) -}}
{{- fail "the media server holds the streams in its memory and runs once: set media.replicas to 1 and media.autoscaling.enabled to false" -}}
{{- else if $v.gateway.tls.only -}}
{{- fail "the media server tells the gateway of its streams by HTTP: set gateway.tls.only to false" -}}
{{- else if not $v.secrets.pushKey -}}
{{- fail "without a push key everybody may push to the media server: set secrets.pushKey" -}}
{{- else if not $v.secrets.callbackKey -}}
{{- fail "the gateway hears the media server by its signature: set secrets.callbackKey" -}}
{{- else if not (and $v.config.pushDomain $v.config.playDomain) -}}
{{- fail "clients push to and play from the live platform unless they are told otherwise: set config.pushDomain and config.playDomain to where media.service is reached" -}}
{{- else if and $v.media.record (not $v.media.url) -}}
{{- fail "media.record is set and nothing says what recordings are reached under: set media.url, such as https://play.example.com" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.secrets" -}}
{{- $keys := list .pushKey .playKey .callbackKey .cosSecretID .cosSecretKey | compact -}}
{{- if and $keys (not .existingSecret) -}}
{{- fail (printf "secrets names the key %q and no Secret that has it: set secrets.existingSecret" (first $keys)) -}}
{{- else if and .existingSecret (not $keys) -}}
{{- fail "secrets.existingSecret is set and none of its keys is named: set secrets.pushKey, playKey, callbackKey, cosSecretID or cosSecretKey to a key of that Secret" -}}
{{- else if ne (empty .cosSecretID) (empty .cosSecretKey) -}}
{{- fail "uploads are signed with an id and a key: set secrets.cosSecretID and secrets.cosSecretKey, or neither" -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.gateway" -}}
{{- if and .tls.only (not .tls.existingSecret) -}}
{{- fail "gateway.tls.only leaves no listener without a certificate: set gateway.tls.existingSecret" -}}
{{- else if and .tls.only (or .ingress.enabled .httpRoute.enabled) -}}
{{- fail "the Ingress and the HTTPRoute speak HTTP to the gateway: set gateway.tls.only to false" -}}
{{- else if and .ingress.enabled (not .ingress.hosts) -}}
{{- fail "gateway.ingress is enabled without a host: set gateway.ingress.hosts" -}}
{{- else if and .httpRoute.enabled (not .httpRoute.parentRefs) -}}
{{- fail "gateway.httpRoute is enabled and attached to nothing: set gateway.httpRoute.parentRefs to your Gateway" -}}
{{- else if and (eq .service.type "ClusterIP") (or .service.httpNodePort .service.httpsNodePort) -}}
{{- fail "a Service of type ClusterIP has no node ports: set gateway.service.type to NodePort, or the node ports to 0" -}}
{{- else if and (ne .service.type "LoadBalancer") (or .service.loadBalancerClass .service.loadBalancerSourceRanges) -}}
{{- fail "loadBalancerClass and loadBalancerSourceRanges are for load balancers: set gateway.service.type to LoadBalancer, or leave them empty" -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.outward" -}}
{{- if and .events.enabled .gateway.tls.existingSecret (or .gateway.ingress.enabled .gateway.httpRoute.enabled) -}}
{{- fail "the Ingress and the HTTPRoute speak HTTP to /events, which has TLS where the gateway has a certificate: set gateway.tls.existingSecret to nothing, or events.enabled to false" -}}
{{- else if and .webhook.url (not .webhook.existingSecret) -}}
{{- fail "webhook.url is set and nothing to sign with: set webhook.existingSecret to a Secret with whsec_ and base64 of 24 to 64 bytes" -}}
{{- else if and .webhook.existingSecret (not .webhook.url) -}}
{{- fail "webhook.existingSecret has no effect without webhook.url: set both or neither" -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.clients" -}}
{{- $proxied := or .gateway.ingress.enabled .gateway.httpRoute.enabled -}}
{{- $limits := list -}}
{{- range list "rateLimit" "maxConnectionsPerAddress" "maxReadersPerAddress" "maxLikesPerClient" "maxLikesPerAddress" "maxAnchorsPerAddress" "maxUsersPerAddress" "maxRoomsPerAddress" "maxMembersPerAddress" "maxUploadsPerAddress" -}}
{{- if get $.config . -}}{{- $limits = append $limits . -}}{{- end -}}
{{- end -}}
{{- if and $proxied $limits (not .config.trustedProxies) -}}
{{- fail (printf "behind an Ingress or an HTTPRoute every client would be limited as one, the proxy: set config.trustedProxies to the proxy's addresses, such as [10.0.0.0/8], or config.%s to 0" (join " and config." $limits)) -}}
{{- else if and .config.listRequiresPush (not (or .secrets.callbackKey .config.callbackUnsigned)) -}}
{{- fail "config.listRequiresPush would list nothing, because no event of the live platform is believed: set secrets.callbackKey" -}}
{{- else if and .config.callbackUnsigned .secrets.callbackKey -}}
{{- fail "config.callbackUnsigned has no effect where there is a callback key: set it to false, or secrets.callbackKey to nothing" -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.admin" -}}
{{- if and (or .admin.jwtKey .admin.jwt.jwksURL .admin.jwt.issuer .admin.jwt.audience) (not .admin.existingSecret) -}}
{{- fail "admin.jwtKey and admin.jwt are heard on the admin listener, which is closed: set admin.existingSecret" -}}
{{- else if and (or .admin.jwt.issuer .admin.jwt.audience) (not (or .admin.jwtKey .admin.jwt.jwksURL)) -}}
{{- fail "admin.jwt.issuer and audience are of JWTs, which nothing verifies: set admin.jwt.jwksURL or admin.jwtKey" -}}
{{- else if and .admin.jwt.jwksURL (not .admin.jwt.audience) -}}
{{- fail "the keys at admin.jwt.jwksURL sign for others than operators too: set admin.jwt.audience" -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.auth" -}}
{{- $auth := .auth -}}
{{- $keys := list $auth.jwtKey $auth.jwks $auth.userSigKey | compact -}}
{{- $proofs := list $auth.jwtKey $auth.jwks $auth.jwt.jwksURL $auth.userSigKey $auth.header | compact -}}
{{- $asks := has $auth.mode (list "observe" "require") -}}
{{- if and $asks (not $proofs) -}}
{{- fail (printf "auth.mode is %s and nothing proves who a client is: set auth.jwt.jwksURL, auth.header, or auth.existingSecret with auth.jwtKey, jwks or userSigKey" $auth.mode) -}}
{{- else if and $keys (not $auth.existingSecret) -}}
{{- fail (printf "auth names the key %q and no Secret that has it: set auth.existingSecret" (first $keys)) -}}
{{- else if and $auth.existingSecret (not $keys) -}}
{{- fail "auth.existingSecret is set and none of its keys is named: set auth.jwtKey, jwks or userSigKey to a key of that Secret" -}}
{{- else if and $auth.jwks $auth.jwt.jwksURL -}}
{{- fail "auth.jwks and auth.jwt.jwksURL are two sets of keys: set one of them" -}}
{{- else if ne (empty $auth.userSig.appID) (empty $auth.userSigKey) -}}
{{- fail "a UserSig is of an app and made with its key: set auth.userSig.appID and auth.userSigKey, or neither" -}}
{{- else if and (or $auth.jwt.issuer $auth.jwt.audience) (not (or $auth.jwtKey $auth.jwks $auth.jwt.jwksURL)) -}}
{{- fail "auth.jwt.issuer and audience are of JWTs, which nothing verifies: set auth.jwt.jwksURL, or auth.jwtKey or jwks" -}}
{{- else if and $auth.header (not .config.trustedProxies) -}}
{{- fail "auth.header is believed from trusted proxies only, and there is none: set config.trustedProxies to the addresses of your ingress" -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.platform" -}}
{{- $platform := .platform -}}
{{- $keys := list $platform.secretID $platform.secretKey | compact -}}
{{- if and $keys (not $platform.existingSecret) -}}
{{- fail (printf "platform names the key %q and no Secret that has it: set platform.existingSecret" (first $keys)) -}}
{{- else if and $platform.existingSecret (not $keys) -}}
{{- fail "platform.existingSecret is set and none of its keys is named: set platform.secretID or platform.secretKey to a key of that Secret" -}}
{{- else if and (eq (toString $platform.kind) "tencent") (lt (len $keys) 2) -}}
{{- fail "Tencent Cloud answers questions that are signed alone: set platform.existingSecret, platform.secretID and platform.secretKey" -}}
{{- else if and (eq (toString $platform.kind) "tencent") (not (or .config.bizid .config.pushDomain)) -}}
{{- fail "Tencent Cloud is asked for the streams of one domain: set config.bizid or config.pushDomain" -}}
{{- else if and (has $platform.kind (list "srs" "media")) (not $platform.url) -}}
{{- fail (printf "platform.kind is %s and nothing says where it is: set platform.url" $platform.kind) -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.monitoring" -}}
{{- $rule := .prometheusRule -}}
{{- if and .serviceMonitor.enabled .networkPolicy.enabled (not .networkPolicy.metricsFrom) -}}
{{- fail "serviceMonitor is enabled, and nobody may read the metrics: set networkPolicy.metricsFrom to where Prometheus runs" -}}
{{- end -}}
{{- if $rule.enabled -}}
{{- if not (or .serviceMonitor.enabled $rule.job) -}}
{{- fail "prometheusRule is enabled and nothing says what reads the metrics: set serviceMonitor.enabled to true, or prometheusRule.job to the label job that your Prometheus gives them" -}}
{{- else if and .serviceMonitor.enabled $rule.job -}}
{{- fail "the ServiceMonitor gives the metrics a job of its own: set prometheusRule.job to nothing, or serviceMonitor.enabled to false" -}}
{{- end -}}
{{- range $name := list "availability" "latency" -}}
{{- /* At 14.4 times the budget, less would be more than everything. */ -}}
{{- if lt (float64 (get $rule $name)) 93.1 -}}
{{- fail (printf "prometheusRule.%s is %v, and 14.4 times the rest is more than all requests, so no alert could call anybody: set it to 93.1 or more" $name (get $rule $name)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* (list $ image registry "gateway.image"): an image that a stranger could put in the place of the one that is meant. */}}
{{- define "xiaozhibo.guards.image" -}}
{{- $image := index . 1 -}}
{{- $ours := not (hasKey $image "registry") -}}
{{- if not (or $image.digest (eq (index . 0).Values.image.pullPolicy "Never")) -}}
{{- if not $ours -}}
{{- fail (printf "%s (%s) is not ours, and whoever may push there can move its tag: set %s.digest to the sha256:… that your registry has for it" (index . 3) $image.repository (index . 3)) -}}
{{- else if not (index . 2) -}}
{{- fail (printf "image.registry is empty, so nodes would pull %s from Docker Hub, where that name is anybody's: set image.registry to where you have pushed the images, %s.digest, or image.pullPolicy to Never if the nodes have them" $image.repository (index . 3)) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* What is asked of callers and clients is set by values of its own, where it is checked. */}}
{{- define "xiaozhibo.guards.backDoors" -}}
{{- $doors := dict "XZB_RPC_SECRET" "rpc.insecure" "XZB_RPC_TLS_CA_FILE" "rpc.tls.existingSecret" "XZB_AUTH" "auth.mode" "XZB_AUTH_READS" "auth.reads"
  "XZB_AUTH_HEADER" "auth.header" "XZB_TRUSTED_PROXIES" "config.trustedProxies" "XZB_CALLBACK_UNSIGNED" "config.callbackUnsigned" -}}
{{- range $name := concat (list "gateway") (include "xiaozhibo.services" . | fromJsonArray) -}}
{{- $c := include "xiaozhibo.component" (list $ $name) | fromYaml -}}
{{- range $key, $value := $doors -}}
{{- $flag := $key | trimPrefix "XZB_" | lower | replace "_" "-" -}}
{{- if hasKey $c.extraEnv $key -}}
{{- fail (printf "extraEnv of %s has %s, past what is checked here: set %s" $name $key $value) -}}
{{- end -}}
{{- range $arg := $c.extraArgs -}}
{{- if regexMatch (printf "^--?%s(-file)?(=|$)" $flag) $arg -}}
{{- fail (printf "extraArgs of %s has -%s, past what is checked here: set %s" $name $flag $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "xiaozhibo.guards.proxies" -}}
{{- range .config.trustedProxies -}}
{{- if hasSuffix "/0" . -}}
{{- fail (printf "config.trustedProxies has %s, so every client would be believed about its address%s: set the addresses of your load balancers alone" . (ternary ", and about who it is by auth.header" "" (ne $.auth.header ""))) -}}
{{- end -}}
{{- end -}}
{{- end }}
