package signing

// For the tests of the formulas, which are published with fixed results.
var (
	StreamID  = streamID
	PushURL   = pushURL
	PlayURLs  = playURLs
	EventSign = eventSign
)

// COSSign returns the upload signature of given numbers.
func COSSign(appID, bucket, secretID, secretKey string, issued, expires int64, random uint32) string {
	return cosGrant{appID: appID, bucket: bucket, secretID: secretID, issued: issued, expires: expires, random: random}.sign(secretKey)
}
