# SPDX-License-Identifier: Apache-2.0
# board.tcl - what the other scripts share: where things are, the board's numbers (constraints/zcu102/board.mk), the sources.
namespace eval bonnet {
    variable root [file normalize [file join [file dirname [info script]] .. ..]]
    variable board [dict create]
    variable gen  [file join $root build gen]   ;# generated packages: `make build/gen/bonnet_csr_pkg.sv build/gen/bonnet_job_pkg.sv`

    proc read_board {} {
        variable root
        variable board
        set file [open [file join $root constraints zcu102 board.mk]]
        foreach line [split [read $file] \n] {
            if {[regexp {^ZCU102_(\w+)\s*:=\s*(\S+)\s*$} $line -> name value]} { dict set board $name $value }
        }
        close $file
    }
    # A number or a name of board.mk.
    proc of_board {name} {
        variable board
        return [dict get $board $name]
    }
    # Every source, packages first: they must be compiled before their users.
    proc sources {} {
        variable root
        variable gen
        set files [list [file join $root rtl pkg bonnet_pkg.sv]]
        foreach name {bonnet_csr_pkg.sv bonnet_job_pkg.sv} {
            set file [file join $gen $name]
            if {![file exists $file]} { error "$file is missing; run `make gen all` (or at least `make $file`) first" }
            lappend files $file
        }
        foreach room {cell csr shell seq fetch compute post store} {
            lappend files {*}[lsort [glob [file join $root rtl $room *.sv]]]
        }
        # Some packages live beside their users.
        set packages [lsearch -all -inline -glob $files *_pkg.sv]
        set others [lsearch -all -inline -glob -not $files *_pkg.sv]
        return [concat $packages $others [list [file join $root rtl bonnet_top.sv]]]
    }
    # The scripts were written for one release; another may do, and says so.
    proc check_version {} {
        set want [of_board TOOLS]
        if {[string first $want [version -short]] < 0} {
            puts "WARNING: written for Vivado $want, this is [version -short]: no release has confirmed these scripts yet (docs/boards.md)"
        }
    }
    # First 8 hex digits of the commit, for the BUILD register; 0 outside of a repository.
    proc commit {} {
        variable root
        if {[catch {exec git -C $root rev-parse --short=8 HEAD} hash]} { return 00000000 }
        return $hash
    }
    # Numbers after `-tclargs`: NAME=VALUE; anything else is refused.
    proc options {defaults} {
        set result $defaults
        foreach argument $::argv {
            if {![regexp {^(\w+)=(.+)$} $argument -> name value] || ![dict exists $defaults $name]} {
                error "unknown argument '$argument'; known: [join [dict keys $defaults] =...,] =..."
            }
            dict set result $name $value
        }
        return $result
    }
    read_board
}
