#!/usr/bin/env bash
# Prints the paths of the CustomResourceDefinitions of what the chart can make beside Kubernetes' own objects, out of
# Go modules: HTTPRoute, ServiceMonitor and PrometheusRule.
set -euo pipefail
folder() { GOWORK=off go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }
echo "$(folder sigs.k8s.io/gateway-api@v1.5.1)/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"
operator=$(folder github.com/prometheus-operator/prometheus-operator@v0.91.0)/example/prometheus-operator-crd
echo "$operator/monitoring.coreos.com_servicemonitors.yaml"
echo "$operator/monitoring.coreos.com_prometheusrules.yaml"
