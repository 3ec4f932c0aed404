// Package upgrade proves that what a released version has stored is opened by this one:
// the data of each, frozen in testdata, answers every Action as it did then.
package upgrade
