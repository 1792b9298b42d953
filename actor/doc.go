// Package actor runs actors.
package actor
