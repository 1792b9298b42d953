package main

import (
	"go/ast"
	"go/token"
	"strconv"
)

// The operators, by the names they have in reports.
const (
	opArithmetic = "arithmetic" // + for -, ++ for --, min for max
	opBoundary   = "boundary"   // < for <=
	opBranch     = "branch"     // a condition always true or false, a case without its body
	opComparison = "comparison" // == for !=, < for >=
	opField      = "field"      // a field left out of a literal
	opLiteral    = "literal"    // false for true, 4 for 3
	opLogic      = "logic"      // && for ||, one side left out, ! left out
	opResult     = "result"     // a result zero, negated, or an error that was none
	opStatement  = "statement"  // a statement left out
)

var (
	negated = map[token.Token]token.Token{
		token.EQL: token.NEQ, token.NEQ: token.EQL,
		token.LSS: token.GEQ, token.GEQ: token.LSS,
		token.GTR: token.LEQ, token.LEQ: token.GTR,
	}
	shifted = map[token.Token]token.Token{
		token.LSS: token.LEQ, token.LEQ: token.LSS,
		token.GTR: token.GEQ, token.GEQ: token.GTR,
	}
	exchanged = map[token.Token]token.Token{
		token.ADD: token.SUB, token.SUB: token.ADD,
		token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL,
		token.SHL: token.SHR, token.SHR: token.SHL,
		token.AND: token.OR, token.OR: token.AND,
		token.XOR: token.AND, token.AND_NOT: token.AND,

		token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN,
		token.MUL_ASSIGN: token.QUO_ASSIGN, token.QUO_ASSIGN: token.MUL_ASSIGN,
		token.REM_ASSIGN: token.MUL_ASSIGN,
		token.SHL_ASSIGN: token.SHR_ASSIGN, token.SHR_ASSIGN: token.SHL_ASSIGN,
		token.AND_ASSIGN: token.OR_ASSIGN, token.OR_ASSIGN: token.AND_ASSIGN,
		token.XOR_ASSIGN: token.AND_ASSIGN, token.AND_NOT_ASSIGN: token.OR_ASSIGN,

		token.INC: token.DEC, token.DEC: token.INC,
	}
	opposite = map[string]string{"true": "false", "false": "true", "min": "max", "max": "min"}
)

// mutate adds the mutants of node. The walk goes on to what is inside of it.
func (f *finder) mutate(node ast.Node) {
	switch n := node.(type) {
	case *ast.BinaryExpr:
		f.binary(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			f.replace(opLogic, n, f.text(n.X))
		}
	case *ast.Ident:
		f.boolean(n)
	case *ast.BasicLit:
		if v, err := strconv.Atoi(n.Value); n.Kind == token.INT && err == nil {
			f.replace(opLiteral, n, strconv.Itoa(v+1))
		}
	case *ast.CallExpr:
		f.extremum(n)
	case *ast.CompositeLit:
		f.fields(n)
	case *ast.IfStmt:
		f.condition(n.Cond)
		f.replaceWith(opBranch, n.Cond, "true", "("+f.text(n.Cond)+") || true")
	case *ast.ForStmt:
		if n.Cond != nil {
			f.condition(n.Cond)
		}
	case *ast.CaseClause:
		f.emptied(n, n.Body)
	case *ast.CommClause:
		f.emptied(n, n.Body)
	case *ast.ReturnStmt:
		f.results(n)
	case *ast.IncDecStmt:
		f.replace(opArithmetic, n, f.text(n.X)+exchanged[n.Tok].String())
		f.remove(n)
	case *ast.AssignStmt:
		f.assignment(n)
	case *ast.BranchStmt:
		f.jump(n)
	case *ast.ExprStmt:
		f.remove(n)
	case *ast.SendStmt:
		f.remove(n)
	case *ast.DeferStmt:
		f.remove(n)
	case *ast.GoStmt:
		f.remove(n)
	}
}

func (f *finder) binary(n *ast.BinaryExpr) {
	x, y := f.text(n.X), f.text(n.Y)
	with := func(op string, tok token.Token) {
		f.replaceWith(op, n, x+" "+tok.String()+" "+y, "(("+x+") "+tok.String()+" ("+y+"))")
	}
	switch n.Op {
	case token.LAND, token.LOR:
		if n.Op == token.LAND {
			with(opLogic, token.LOR)
		} else {
			with(opLogic, token.LAND)
		}
		f.replaceWith(opLogic, n, x, "("+x+")")
		f.replaceWith(opLogic, n, y, "("+y+")")
		return
	}
	if tok, ok := negated[n.Op]; ok {
		with(opComparison, tok)
	}
	if tok, ok := shifted[n.Op]; ok {
		with(opBoundary, tok)
	}
	if tok, ok := exchanged[n.Op]; ok {
		with(opArithmetic, tok)
	}
}

// boolean exchanges true and false.
func (f *finder) boolean(n *ast.Ident) {
	if n.Name == "true" || n.Name == "false" {
		f.replace(opLiteral, n, opposite[n.Name])
	}
}

// extremum exchanges min and max.
func (f *finder) extremum(n *ast.CallExpr) {
	if name, ok := n.Fun.(*ast.Ident); ok && (name.Name == "min" || name.Name == "max") {
		f.replace(opArithmetic, name, opposite[name.Name])
	}
}

// fields leaves out the fields of a literal one by one. If the code does not
// compile without a mention of the value, it is evaluated all the same.
func (f *finder) fields(n *ast.CompositeLit) {
	for i, elt := range n.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok || isZero(kv.Value) {
			continue
		}
		if _, ok := kv.Key.(*ast.Ident); !ok {
			continue
		}
		var out edit
		switch {
		case len(n.Elts) == 1:
			out = edit{from: f.offset(n.Lbrace) + 1, to: f.offset(n.Rbrace)}
		case i+1 < len(n.Elts):
			out = edit{from: f.offset(elt.Pos()), to: f.offset(n.Elts[i+1].Pos())}
		default:
			out = edit{from: f.offset(n.Elts[i-1].End()), to: f.offset(elt.End())}
		}
		f.add(opField, kv, "", out, f.edit(kv.Value, zeroFunc+"("+f.text(kv.Value)+")"))
	}
}

// condition makes a condition false, after it has been evaluated.
func (f *finder) condition(cond ast.Expr) {
	f.replaceWith(opBranch, cond, "false", "("+f.text(cond)+") && false")
}

// emptied leaves out the body of a case.
func (f *finder) emptied(clause ast.Stmt, body []ast.Stmt) {
	if len(body) == 0 {
		return
	}
	from, to := f.offset(body[0].Pos()), f.offset(body[len(body)-1].End())
	head := string(f.source[f.offset(clause.Pos()):from])
	f.addAt(body[0].Pos(), opBranch, head, "{}", edit{from, to, "if false { " + string(f.source[from:to]) + "\n}"})
}

func (f *finder) assignment(n *ast.AssignStmt) {
	if n.Tok == token.DEFINE {
		return
	}
	if tok, ok := exchanged[n.Tok]; ok {
		f.replace(opArithmetic, n, f.text(n.Lhs[0])+" "+tok.String()+" "+f.text(n.Rhs[0]))
	}
	if name, ok := n.Lhs[0].(*ast.Ident); len(n.Lhs) == 1 && ok && name.Name == "_" {
		return
	}
	f.remove(n)
}

// jump leaves out a break or continue, or takes the one for the other.
func (f *finder) jump(n *ast.BranchStmt) {
	other := map[token.Token]string{token.BREAK: "continue", token.CONTINUE: "break"}[n.Tok]
	if other == "" {
		return
	}
	f.remove(n)
	if n.Label != nil {
		other += " " + n.Label.Name
	}
	f.replace(opStatement, n, other)
}

// results changes the results of a return one by one, once they have been
// evaluated; all at once if one call yields them. A return without results is
// left out.
func (f *finder) results(n *ast.ReturnStmt) {
	types := f.resultTypes()
	switch {
	case len(n.Results) == 0:
		f.remove(n)
		return
	case len(n.Results) != len(types):
		if name := map[int]string{2: zeroFunc + "2", 3: zeroFunc + "3"}[len(types)]; name != "" {
			f.replaceWith(opResult, n, "return zero", "return "+name+"("+f.text(n.Results[0])+")")
		}
		return
	}
	for i, r := range n.Results {
		switch typ := types[i]; {
		case typ == "error" && f.text(r) == "nil":
			f.result(n, r, "error", errorVar)
		case isZero(r) || isLiteral(r): // no change, or that of another operator
		case typ == "bool" && isLogic(r): // the same
		case typ == "bool":
			f.result(n, r, "negation", "!("+f.text(r)+")")
		default:
			f.result(n, r, "zero", zeroFunc+"["+typ+"]("+f.text(r)+")")
		}
	}
}

// result tells of the whole statement, since a result alone says little.
func (f *finder) result(n *ast.ReturnStmt, r ast.Expr, change, text string) {
	after := change
	if len(n.Results) > 1 {
		after += " for " + f.text(r)
	}
	f.add(opResult, n, after, f.edit(r, text))
}

// remove leaves out a statement, unless another mutant does the same: where it
// is all that a condition or a case governs. What it mentions stays mentioned.
func (f *finder) remove(n ast.Stmt) {
	if f.governed(n) {
		return
	}
	f.add(opStatement, n, "", f.edit(n, "if false { "+f.text(n)+" }"))
}

func isLogic(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		return true
	case *ast.UnaryExpr:
		return e.Op == token.NOT
	}
	return false
}

func isLiteral(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		return e.Kind == token.INT
	case *ast.Ident:
		return e.Name == "true" || e.Name == "false"
	}
	return false
}

// isZero reports whether e is plainly the zero value.
func isZero(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		return e.Value == "0" || e.Value == `""`
	case *ast.Ident:
		return e.Name == "nil" || e.Name == "false"
	case *ast.CompositeLit:
		_, isMap := e.Type.(*ast.MapType)
		return len(e.Elts) == 0 && !isMap
	}
	return false
}
